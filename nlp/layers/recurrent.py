"""Recurrent layers: a cell run over time, and backpropagation through time (BPTT). One scan for every cell.

`scan` takes the steps t = 1 … T of a cell; `scan_back` takes them back, from T to 1. Let the loss be Σ_t E_t,
where E_t is computed from h_t, and z_t = W x_t + U h_{t-1} + b. The gradient dh_t of the RNN's h_t is what
comes from E_t and what comes back from step t+1 (LSTM and GRU have more ways back: see `cells`):

    dh_t = ∂E_t/∂h_t + (∂h_{t+1}/∂h_t)ᵀ dh_{t+1}
    dW = Σ_t dz_t x_tᵀ,   dU = Σ_t dz_t h_{t-1}ᵀ,   db = Σ_t dz_t

Written out for one E_T this is the textbook's sum over all paths,

    ∂E_T/∂U = Σ_k ∂E_T/∂h_T (Π_{j=k+1…T} ∂h_j/∂h_{j-1}) ∂h_k/∂U   (∂h_k/∂U with h_{k-1} held fixed)

whose product of T - k Jacobians vanishes or explodes as T - k grows. It is never formed: the gradient, a
vector, is multiplied by one Jacobian after the other.

What does not depend on the step before is done for all steps at once: W x is one product a gate, and dW, dU
and db are taken once a batch. Only the recurrent product and the gates are left in the loop. Scans go forward
or in reverse, over ragged batches, and from any state, so that a text can be read on window by window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids, Tensors, check_ids
from nlp.layers.cells.cell import Cell, Link, add_products_
from nlp.layers.scatter import RowGroups
from nlp.layers.workspace import Workspace

OnStep = Callable[[int, Floats], None]

Inputs = TypeVar("Inputs", bound="npt.NDArray[Any]")


@dataclass(frozen=True)
class Trace(Generic[Inputs]):
    """What a scan leaves for its way back, which overwrites it; valid until its workspace's next scan.

    Attributes: `inputs`, x (T, B, D) or ids (T, B); `z` (G, T, B, H), see `Cell`; `states` (S, T + 1, B, H),
    before the first step and after each (in reverse, the first step is the last in memory); `saved`
    (saved, T, B, H); `active`, `reverse` as they were given.
    """

    inputs: Inputs
    z: Floats
    states: Floats
    saved: Floats
    active: Sequence[int] | None
    reverse: bool


def recurrent_forward(
    cell: Cell,
    p: Tensors,
    x: Floats,
    state: Floats,
    workspace: Workspace,
    *,
    active: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[Floats, Trace[Floats]]:
    """Run a cell over a batch of sequences.

    Rows of different lengths are sorted by falling length: the first `active[t]` rows are still alive at t.
    Those that have ended keep their state, and h repeats it there. In reverse, a row starts at its own end.

    Equation: state_t = cell(W x_t + b, state_{t-1}),   or from state_{t+1} in reverse
    Shapes:   x (T, B, D), contiguous, finite also where a row has ended; state (S, B, H), overwritten with
              the final one
    Returns:  h (T, B, H), a view into `workspace`, and what `recurrent_backward` needs
    """
    trace = new_trace(cell, p, x, workspace, active, reverse)
    input_products(p["W"], trace)
    trace.z[...] += p["b"][:, None, None]
    return scan(cell, Link(p), trace, state, workspace), trace


def recurrent_backward(
    cell: Cell,
    p: Tensors,
    grad: Tensors,
    dh: Floats,
    cache: Trace[Floats],
    workspace: Workspace,
    *,
    d_state: Floats | None = None,
    on_step: OnStep | None = None,
) -> Floats:
    """Backpropagation through time: add the gradients of the parameters to `grad`, return that of x.

    `on_step(t, d)` is shown, at each step back, the gradient d (S, B, H) of the state that step t left: of h,
    and of an LSTM's c, each with the other held fixed. It must not change d, which the scan goes on with.

    Equation: see the head of this module
    Shapes:   dh (T, B, H), ignored where a row has ended; d_state (S, B, H), the gradient of the final state
              (zero if it is not given), overwritten with that of the initial one
    Returns:  dx (T, B, D), zero where a row has ended; a buffer of `workspace`
    Source:   Werbos 1990, "Backpropagation through time: what it does and how to do it"
    """
    scan_back(cell, Link(p, transposed(p["U"], workspace)), dh, cache, workspace, d_state, on_step)
    cell.gradients(grad, *places_of(cell, cache, cache.z), workspace)
    grad["b"][...] += cache.z.sum(axis=(1, 2))
    return input_gradients(p["W"], grad, cache, workspace)


def lookup_forward(
    cell: Cell,
    p: Tensors,
    E: Floats,
    ids: Ids,
    state: Floats,
    workspace: Workspace,
    *,
    active: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[Floats, Trace[Ids]]:
    """`recurrent_forward` of x_t = E[ids_t], for vocabularies smaller than the batch.

    W x + b is computed once for every token of the vocabulary, then looked up for every place of the batch.

    Shapes: E (V, D); ids (T, B) int in [0, V), also where a row has ended
    Raises: IndexError if an id is outside [0, V)
    """
    check_ids(ids, len(E))
    table = workspace("table", cell.gates, len(E), p["b"].shape[1])
    np.matmul(E, p["W"], out=table)
    table += p["b"][:, None]
    trace = new_trace(cell, p, ids, workspace, active, reverse)
    for gate, of_gate in zip(table, trace.z, strict=True):
        gate.take(ids, axis=0, out=of_gate, mode="clip")  # "raise", the default, would copy `out`
    return scan(cell, Link(p), trace, state, workspace), trace


def lookup_backward(
    cell: Cell,
    p: Tensors,
    E: Floats,
    grad: Tensors,
    dE: Floats,
    dh: Floats,
    cache: Trace[Ids],
    workspace: Workspace,
    *,
    d_state: Floats | None = None,
    on_step: OnStep | None = None,
) -> None:
    """Add the gradients of the parameters to `grad` and those of E (V, D) to `dE`: see `recurrent_backward`.

    The gradients of all places with the same token are summed first, S_g (V, H); the rest is as if every
    token had occurred once. Indices: gate g, token v, step t, row b.

    Equation: S_gv = Σ_{t,b: ids_tb = v} dz_gtb;   dW_g += Eᵀ S_g;   dE += Σ_g S_g W_gᵀ;   db_g += Σ_v S_gv
    """
    scan_back(cell, Link(p, transposed(p["U"], workspace)), dh, cache, workspace, d_state, on_step)
    cell.gradients(grad, *places_of(cell, cache, cache.z), workspace)
    dz = cache.z.reshape(cell.gates, cache.inputs.size, -1)
    sums = workspace("sums", cell.gates, len(E), dz.shape[2])
    sums[...] = 0
    groups = RowGroups.of(cache.inputs.reshape(-1))
    for of_gate, total in zip(dz, sums, strict=True):
        total[groups.rows] = groups.sum(of_gate)
    add_products_(grad["W"], E, sums, workspace)
    grad["b"][...] += sums.sum(axis=1)
    of_table = workspace("dx", *E.shape)
    _sum_of_products(sums, p["W"], of_table, workspace)
    dE += of_table


def new_trace(
    cell: Cell,
    p: Tensors,
    inputs: Inputs,
    workspace: Workspace,
    active: Sequence[int] | None,
    reverse: bool,
) -> Trace[Inputs]:
    """Buffers for a scan over `inputs` (T, B, …)."""
    steps, batch = inputs.shape[:2]
    hidden = p["b"].shape[1]
    z = workspace("z", cell.gates, steps, batch, hidden)
    states = workspace("states", cell.states, steps + 1, batch, hidden)
    saved = workspace("saved", cell.saved, steps, batch, hidden)
    return Trace(inputs, z, states, saved, active, reverse)


def input_products(W: Floats, trace: Trace[Floats]) -> None:
    """Write W x over `trace.z`."""
    rows = trace.inputs.shape[0] * trace.inputs.shape[1]
    np.matmul(trace.inputs.reshape(rows, -1), W, out=trace.z.reshape(len(W), rows, -1))


def input_gradients(W: Floats, grad: Tensors, trace: Trace[Floats], workspace: Workspace) -> Floats:
    """Add the gradient of W, from that of W x in `trace.z`; return that of x."""
    rows = trace.inputs.shape[0] * trace.inputs.shape[1]
    x, dz = trace.inputs.reshape(rows, -1), trace.z.reshape(len(W), rows, -1)
    add_products_(grad["W"], x, dz, workspace)
    dx = workspace("dx", *trace.inputs.shape)
    _sum_of_products(dz, W, dx.reshape(rows, -1), workspace)
    return dx


def places_of(cell: Cell, trace: Trace[Any], d_products: Floats) -> tuple[Floats, Floats, Floats]:
    """What `Cell.gradients` takes of all N = T B places; `d_products` (G, T, B, H) is given by step.

    Shapes: -> d_products (G, N, H); the output of the step before each (N, H); what was saved (saved, N, H)
    """
    gates, steps, batch, hidden = d_products.shape
    rows = steps * batch
    before = trace.states[0, 1:] if trace.reverse else trace.states[0, :-1]
    saved = trace.saved.reshape(cell.saved, rows, hidden)
    return d_products.reshape(gates, rows, hidden), before.reshape(rows, hidden), saved


def _sum_of_products(dz: Floats, W: Floats, dx: Floats, workspace: Workspace) -> None:
    """Write Σ_g dz_g W_gᵀ over dx. Shapes: dz (G, N, H); W (G, D, H); dx (N, D)."""
    np.matmul(dz[0], W[0].T, out=dx)
    product = workspace("product", *dx.shape)
    for of_gate, weights in zip(dz[1:], W[1:], strict=True):
        dx += np.matmul(of_gate, weights.T, out=product)


def steps_of(trace: Trace[Any]) -> Iterator[tuple[int, int, int, int]]:
    """Yield each step in its order: t, where in `states` the state before and after it is, rows alive."""
    count, batch = trace.z.shape[1], trace.z.shape[-2]
    for t in range(count - 1, -1, -1) if trace.reverse else range(count):
        alive = batch if trace.active is None else trace.active[t]
        yield (t, t + 1, t, alive) if trace.reverse else (t, t, t + 1, alive)


def scan(cell: Cell, link: Link, trace: Trace[Any], state: Floats, workspace: Workspace) -> Floats:
    """Take all steps forward from W x + b in `trace.z`; return h (T, B, H).

    The rows may be those of several scans, each with its own U: see `both_ways`.
    """
    count, *rows = trace.z.shape[1:]
    states, reverse, batch = trace.states, trace.reverse, rows[-2]
    states[:, count if reverse else 0] = state
    scratch = workspace("scratch", cell.scratch, *rows)
    for t, before, after, n in steps_of(trace):
        link.at = t
        z, saved = trace.z[:, t], trace.saved[:, t]
        left, right = states[:, before], states[:, after]
        if n == batch:
            cell.forward(link, z, left, right, saved, scratch)
            continue
        alive, ended = np.s_[..., :n, :], np.s_[..., n:, :]
        cell.forward(link, z[alive], left[alive], right[alive], saved[alive], scratch[alive])
        right[ended] = left[ended]
    state[...] = states[:, 0 if reverse else count]
    return states[0, :count] if reverse else states[0, 1:]


def scan_back(
    cell: Cell,
    link: Link,
    dh: Floats,
    trace: Trace[Any],
    workspace: Workspace,
    d_state: Floats | None,
    on_step: OnStep | None,
) -> None:
    """Take all steps back; leave in `trace.z` the gradient of W x + b, zero where a row has ended."""
    rows = trace.z.shape[2:]
    batch = rows[-2]
    scratch = workspace("scratch", cell.scratch, *rows)
    d, back = workspace("d", 2, cell.states, *rows)
    d[...] = 0 if d_state is None else d_state
    for t, before, _, n in reversed(list(steps_of(trace))):
        alive, ended = np.s_[..., :n, :], np.s_[..., n:, :]
        here = d[0][alive]
        here += dh[t][alive]  # ∂E_t/∂h_t joins what has come back from step t+1
        if on_step is not None:
            on_step(t, d)
        link.at = t
        z, saved, left = trace.z[:, t], trace.saved[:, t], trace.states[:, before]
        if n == batch:
            cell.backward(link, d, back, z, left, saved, scratch)
        else:
            some = (array[alive] for array in (d, back, z, left, saved, scratch))
            cell.backward(link, *some)
            back[ended] = d[ended]
            z[ended] = 0
            saved[ended] = 0
        d, back = back, d
    if d_state is not None:
        d_state[...] = d


def transposed(U: Floats, workspace: Workspace) -> Floats:
    """Uᵀ of each gate, as a contiguous copy: twice as fast in a small product as a transposed view."""
    UT = workspace("UT", *U.shape)
    UT[...] = U.swapaxes(-1, -2)
    return UT
