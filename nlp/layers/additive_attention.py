"""Additive attention: how well a key fits a query is told by a small network that reads both of them.

The network is the same for all pairs of a query and a key, and has a hidden layer of A units. All of these
layers together would be A times as large as the scores, so they are made a block at a time, once for the
scores and once more for the gradients, and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.attention import of_scores_, weigh_
from nlp.layers.softmax import row_blocks
from nlp.layers.workspace import Workspace

_IN_CACHE = 1 << 16  # values of hidden layers that stay in the cache until they are summed


class AdditivelyAttended(NamedTuple):
    """What `additive_attention_forward` leaves for the way back.

    Attributes: `q` (B, T, A), `k` (B, S, A), `values` (B, S, D), as they were given; `weights` (B, T, S);
    `out` (B, T, D).
    """

    q: Floats
    k: Floats
    values: Floats
    weights: Floats
    out: Floats


def additive_attention_forward(
    p: Tensors, q: Floats, k: Floats, values: Floats, bias: Floats | None, workspace: Workspace
) -> tuple[Floats, AdditivelyAttended]:
    """Answer every query by the values, each weighted by how its key fits.

    Queries and keys are what the hidden layer makes of either side, before they are added: for states s_t and
    places h_s, W_q s_t and W_k h_s.

    Equation: a = softmax_s(v · tanh(q_t + k_s) + bias_ts);   y_t = Σ_s a_ts values_s
    Shapes:   v (A,); q (B, T, A), k (B, S, A), values (B, S, D), views of any stride; bias broadcast to
              (B, T, S), such as (B, 1, S) -> y (B, T, D), a buffer of `workspace`
    Source:   the score: Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly learning to align
              and translate", §A.1.2; Luong, Pham & Manning 2015, "Effective approaches to attention-based
              neural machine translation", §3.1 (score "concat")
    """
    weights = workspace("weights", q.shape[0], q.shape[1], k.shape[1])
    for texts, steps in _blocks(q, k):
        hidden = _hidden(q[texts, steps], k[texts], workspace)
        block = weights[texts, steps].reshape(-1)  # no copy: of several texts a block has all steps
        np.matmul(hidden.reshape(len(block), -1), p["v"], out=block)
    weigh_(weights, bias)
    out = np.matmul(weights, values, out=workspace("out", *weights.shape[:2], values.shape[2]))
    return out, AdditivelyAttended(q, k, values, weights, out)


def additive_attention_backward(
    p: Tensors,
    grad: Tensors,
    dy: Floats,
    cache: AdditivelyAttended,
    dq: Floats,
    dk: Floats,
    d_values: Floats,
    workspace: Workspace,
) -> None:
    """Add the gradient of v; write those of queries, keys and values over `dq`, `dk` and `d_values`.

    Equation: dvalues_s = Σ_t a_ts dy_t;   dz_ts = a_ts (dy_t · values_s - dy_t · y_t);   u = tanh(q_t + k_s)
              dv = Σ_ts dz_ts u;   dq_t = Σ_s dz_ts v (1 - u²);   dk_s = Σ_t dz_ts v (1 - u²)
    Shapes:   dy (B, T, D); dq (B, T, A), dk (B, S, A), d_values (B, S, D), views of any stride
    """
    q, k, values, weights, out = cache
    np.matmul(weights.swapaxes(1, 2), dy, out=d_values)
    dz = np.matmul(dy, values.swapaxes(1, 2), out=workspace("dz", *weights.shape))
    of_scores_(dz, weights, np.einsum("btd,btd->bt", dy, out))
    dk[...] = 0
    for texts, steps in _blocks(q, k):
        u, block = _hidden(q[texts, steps], k[texts], workspace), dz[texts, steps]
        grad["v"][...] += block.reshape(-1) @ u.reshape(block.size, -1)
        np.square(u, out=u)
        np.subtract(1, u, out=u)
        u *= block[..., None]
        dq[texts, steps] = np.einsum("btsa->bta", u)
        dk[texts] += np.einsum("btsa->bsa", u)
    dq *= p["v"]
    dk *= p["v"]


def _blocks(q: Floats, k: Floats) -> Iterator[tuple[slice, slice]]:
    """Texts and their steps whose hidden layers stay in the cache: texts as a whole, or steps of one."""
    (batch, steps, units), places = q.shape, k.shape[1]
    for texts in row_blocks(batch, steps * places * units, _IN_CACHE):
        for some in row_blocks(steps, places * units, _IN_CACHE):
            yield texts, some


def _hidden(q: Floats, k: Floats, workspace: Workspace) -> Floats:
    """tanh(q_t + k_s), (B, T, S, A), a buffer of `workspace`."""
    hidden = workspace("hidden", *q.shape[:2], *k.shape[1:])
    np.add(q[:, :, None], k[:, None], out=hidden)
    return np.tanh(hidden, out=hidden)
