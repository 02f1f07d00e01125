"""A recurrent layer that reads a batch from both ends, both scans at once.

A step of a small batch costs what its calls of NumPy cost. So the way back is a scan forward over rows that
are turned round, each within its own length, and the steps t of both ways are taken together, by one product
with two U.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.layers.arrays import Floats, Indices, Tensors
from nlp.layers.cells.cell import Cell, Link
from nlp.layers.ragged import alive
from nlp.layers.recurrent import (
    Trace,
    input_gradients,
    input_products,
    places_of,
    scan,
    scan_back,
    transposed,
)
from nlp.layers.workspace import Workspace

Ways = tuple[Tensors, Tensors]


@dataclass(frozen=True)
class BothTraces:
    """What `both_ways_forward` leaves for the way back.

    Attributes: `ways`, the trace of each; `joined`, both at once, whose rows are (2, B); `U` (G, 2, H, H);
    `turned` (T B,), where each place is when its row is turned round.
    """

    ways: tuple[Trace[Floats], Trace[Floats]]
    joined: Trace[Floats]
    U: Floats
    turned: Indices


def both_ways_forward(
    cell: Cell, ways: Ways, x: Floats, active: Sequence[int], workspace: Workspace
) -> tuple[Floats, Floats, BothTraces]:
    """Read rows of falling length from both ends; the first `active[t]` of them are still alive at t.

    The cell is one whose step reads no tensor of the layer but U.

    Equation: →h_t = cell(x_t, →h_{t-1});   ←h_t = cell'(x_t, ←h_{t+1});   h_t = [→h_t; ←h_t]
    Shapes:   x (T, B, D), contiguous, finite also where a row has ended -> h (T, B, 2H); the ends (B, 2H), →h
              of each row's last place and ←h of its first: both buffers of `workspace`
    Source:   Schuster & Paliwal 1997, "Bidirectional recurrent neural networks"
    """
    steps, batch, _ = x.shape
    gates, hidden = ways[0]["b"].shape
    turned = _turned(active, batch)
    z = workspace("z", gates, 2, steps, batch, hidden)
    states = workspace("states", cell.states, 2, steps + 1, batch, hidden)
    saved = workspace("saved", cell.saved, 2, steps, batch, hidden)
    inputs = x, _gathered(x, turned, workspace("turned", *x.shape))
    traces = []
    for way, p in enumerate(ways):
        trace = Trace(inputs[way], z[:, way], states[:, way], saved[:, way], active, reverse=False)
        input_products(p["W"], trace)
        trace.z[...] += p["b"][:, None, None]
        traces.append(trace)
    U = workspace("U", gates, 2, hidden, hidden)
    for way, p in enumerate(ways):
        U[:, way] = p["U"]
    by_step = z.swapaxes(1, 2), states.swapaxes(1, 2), saved.swapaxes(1, 2)
    joined = Trace(x, *by_step, active, reverse=False)
    state = workspace("state", cell.states, 2, batch, hidden)
    state[...] = 0
    scan(cell, Link({"U": U}), joined, state, workspace)
    h = workspace("joined", steps, batch, 2, hidden)
    h[:, :, 0] = states[0, 0, 1:]
    h[:, :, 1] = _gathered(states[0, 1, 1:], turned, workspace("back", steps, batch, hidden))
    ends = workspace("ends", batch, 2, hidden)
    ends[...] = state[0].swapaxes(0, 1)
    cache = BothTraces((traces[0], traces[1]), joined, U, turned)
    return h.reshape(steps, batch, -1), ends.reshape(batch, -1), cache


def both_ways_backward(
    cell: Cell,
    ways: Ways,
    grads: Ways,
    dh: Floats | None,
    d_ends: Floats | None,
    cache: BothTraces,
    workspace: Workspace,
) -> Floats:
    """Add the gradients of the tensors to `grads`; return that of x, zero where a row has ended.

    Shapes: dh (T, B, 2H), d_ends (B, 2H), zero where they are None -> dx (T, B, D), a buffer of `workspace`
    """
    _, steps, _, batch, hidden = cache.joined.z.shape
    d_outputs = workspace("d_outputs", steps, 2, batch, hidden)
    if dh is None:
        d_outputs[...] = 0
    else:
        d_outputs[:, 0] = dh[..., :hidden]
        d_outputs[:, 1] = _gathered(dh, cache.turned, workspace("d_turned", *dh.shape))[..., hidden:]
    d_state = workspace("d_state", cell.states, 2, batch, hidden)
    d_state[...] = 0
    if d_ends is not None:
        d_state[0] = d_ends.reshape(batch, 2, hidden).swapaxes(0, 1)
    link = Link({"U": cache.U}, transposed(cache.U, workspace))
    scan_back(cell, link, d_outputs, cache.joined, workspace, d_state, None)
    of_ways = []
    for way, (p, grad) in enumerate(zip(ways, grads, strict=True)):
        trace, scope = cache.ways[way], workspace.scope(str(way))
        cell.gradients(grad, *places_of(cell, trace, trace.z), scope)
        grad["b"][...] += trace.z.sum(axis=(1, 2))
        of_ways.append(input_gradients(p["W"], grad, trace, scope))
    dx, of_back = of_ways
    dx += _gathered(of_back, cache.turned, workspace("turned", *of_back.shape))
    return dx


def _turned(active: Sequence[int], batch: int) -> Indices:
    """Where the places of rows turned round within their lengths are, (T B,); twice, and all is back."""
    there = alive(active)
    steps = np.arange(len(active))[:, None]
    back = np.where(there, there.sum(axis=0) - 1 - steps, steps)
    turned: Indices = (back * batch + np.arange(batch)).reshape(-1)
    return turned


def _gathered(rows: Floats, places: Indices, out: Floats) -> Floats:
    """The vectors at some places: (T, B, D), (T B,) -> out (T, B, D)."""
    width = rows.shape[2]
    rows.reshape(-1, width).take(places, axis=0, out=out.reshape(-1, width), mode="clip")
    return out
