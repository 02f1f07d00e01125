"""Attention: each query's mean of values, weighted by how well their keys fit, in several heads at once.

Heads are views of wider arrays, never copies: NumPy hands matrices of any row stride to BLAS as they are. So
the same two functions serve for self-attention, attention from one sequence to another, and a single head.

What may not be seen is told by a bias that is added to the scores: `HIDDEN` and no less, so that a query that
may see nothing gets the mean of all values instead of a NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers
from nlp.layers.softmax import row_blocks
from nlp.layers.workspace import Workspace

HIDDEN = -1e9
"""What is added to the score of a place that may not be seen: its weight is then 0 to the last bit."""

_BAND = 32  # queries that share a block of keys
_IN_CACHE = 1 << 15  # scores that stay in the cache through all passes of a softmax


class Attended(NamedTuple):
    """What `attention_forward` leaves for the way back.

    Attributes: `q` (B, H, T, d), `k` and `v` (B, H, S, d), as they were given; `weights` (B, H, T, S);
    `out` (B, T, H, d); `scale`, of the products.
    """

    q: Floats
    k: Floats
    v: Floats
    weights: Floats
    out: Floats
    scale: float


class Banded(NamedTuple):
    """What `banded_attention_forward` leaves of each block: its queries, its keys and how it was attended."""

    queries: slice
    keys: slice
    attended: Attended


def heads_of(x: Floats, parts: int, heads: int) -> Iterator[Floats]:
    """Views of the heads in each of the equal parts of wide vectors, such as queries beside keys and values.

    Shapes: x (B, T, P H d), contiguous -> P times (B, H, T, d)
    """
    batch, steps, _ = x.shape
    yield from x.reshape(batch, steps, parts, heads, -1).transpose(2, 0, 3, 1, 4)


def causal_bias(steps: int, earlier: int = 0, *, dtype: npt.DTypeLike, reach: int | None = None) -> Floats:
    """The bias of `steps` places that see themselves and what is before them, not what comes after.

    `earlier` places stand before the first of them; `reach` is how many places back each one sees, itself
    included, if there is a limit.

    Equation: y_ts = 0 where t + earlier - reach < s ≤ t + earlier, else `HIDDEN`
    Shapes:   -> y (T, S), S = earlier + T
    """
    back = np.arange(earlier, earlier + steps)[:, None] - np.arange(earlier + steps)
    seen = (back >= 0) & (back < (earlier + steps if reach is None else reach))
    bias: Floats = np.where(seen, 0, HIDDEN).astype(dtype)
    return bias


def padding_bias(lengths: Integers, places: int, dtype: npt.DTypeLike) -> Floats:
    """The bias that hides what stands behind the end of each row.

    Shapes: lengths (B,) -> (B, 1, 1, S), S = `places`
    """
    bias: Floats = np.where(np.arange(places) < lengths[:, None], 0, HIDDEN).astype(dtype)
    return bias[:, None, None]


def weigh_(scores: Floats, bias: Floats | None, scale: float = 1.0) -> None:
    """Make the weights of attention of its scores, in place.

    Equation: a = softmax_s(c z_ts + bias_ts)
    Shapes:   scores (B, …, S); bias broadcast to it
    """
    biases = None if bias is None else np.broadcast_to(bias, scores.shape)
    for rows in row_blocks(len(scores), scores[0].size, _IN_CACHE):
        block = scores[rows]
        if scale != 1:
            block *= scale
        if biases is not None:
            block += biases[rows]
        block -= block.max(axis=-1, keepdims=True)
        np.exp(block, out=block)
        block *= 1 / np.einsum("...s->...", block)[..., None]


def of_scores_(d_weights: Floats, weights: Floats, means: Floats, scale: float = 1.0) -> None:
    """Make the gradient of scores of that of their weights, in place.

    What softmax takes back from every score, Σ_s a_ts da_ts, is dy_t · y_t, which costs the caller less.

    Equation: dz_ts = c a_ts (da_ts - means_t),   da_ts = dy_t · v_s,   means_t = dy_t · y_t
    Shapes:   d_weights, weights (B, …, S); means (B, …)
    """
    for rows in row_blocks(len(weights), weights[0].size, _IN_CACHE):
        block = d_weights[rows]
        block -= means[rows][..., None]
        block *= weights[rows]
        if scale != 1:
            block *= scale


def attention_forward(
    q: Floats,
    k: Floats,
    v: Floats,
    bias: Floats | None,
    workspace: Workspace,
    *,
    scale: float | None = None,
    out: Floats | None = None,
) -> tuple[Floats, Attended]:
    """Answer every query by the values, each weighted by how its key fits.

    The `scale` c of the products is 1/√d where none is given.

    Equation: a = softmax_s(c q_t · k_s + bias_ts);   y_t = Σ_s a_ts v_s
    Shapes:   q (B, H, T, d), k and v (B, H, S, d), views of any stride; bias broadcast to (B, H, T, S), such
              as (T, S) or (B, 1, 1, S) -> y (B, T, H, d), `out` or else a buffer of `workspace`
    Source:   Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser & Polosukhin 2017, "Attention is all
              you need", §3.2
    """
    batch, heads, steps, width = q.shape
    weights = workspace("weights", batch, heads, steps, k.shape[2])
    if out is None:
        out = workspace("out", batch, steps, heads, width)
    scale = 1 / math.sqrt(width) if scale is None else scale
    np.matmul(q, k.swapaxes(2, 3), out=weights)
    weigh_(weights, bias, scale)
    np.matmul(weights, v, out=out.transpose(0, 2, 1, 3))
    return out, Attended(q, k, v, weights, out, scale)


def attention_backward(
    dy: Floats, cache: Attended, dq: Floats, dk: Floats, dv: Floats, workspace: Workspace
) -> None:
    """Write the gradients of queries, keys and values over `dq`, `dk` and `dv`, views of any stride.

    `dk` and `dv` may have fewer places than there are keys: they are those of the last ones, and the first
    ones are taken as given.

    Equation: dv_s = Σ_t a_ts dy_t;   dz_ts = c a_ts (dy_t · v_s - dy_t · y_t);
              dq_t = Σ_s dz_ts k_s;   dk_s = Σ_t dz_ts q_t
    Shapes:   dy (B, T, H, d); dq (B, H, T, d); dk, dv (B, H, S', d), S' ≤ S
    """
    q, k, v, weights, out, scale = cache
    last = slice(k.shape[2] - dk.shape[2], None)
    by_head = dy.transpose(0, 2, 1, 3)
    np.matmul(weights[..., last].swapaxes(2, 3), by_head, out=dv)
    dz = np.matmul(by_head, v.swapaxes(2, 3), out=workspace("dz", *weights.shape))
    of_scores_(dz, weights, np.einsum("bthd,bthd->bht", dy, out), scale)
    np.matmul(dz, k, out=dq)
    np.matmul(dz[..., last].swapaxes(2, 3), q, out=dk)


def banded_attention_forward(
    q: Floats,
    k: Floats,
    v: Floats,
    bias: Floats,
    reach: int,
    workspace: Workspace,
    *,
    scale: float | None = None,
) -> tuple[Floats, list[Banded]]:
    """Like `attention_forward`, where each query sees at most the last `reach` keys up to its own place.

    The last T of the S keys stand at the places of the queries. These are taken some at a time, each block
    with the keys that it can see, since the scores of all others would be computed in vain. What a query sees
    of these, the bias tells.

    Shapes: q (B, H, T, d); k, v (B, H, S, d), S ≥ T; bias (…, T, S) -> y (B, T, H, d), a buffer of
            `workspace`
    """
    batch, heads, steps, width = q.shape
    earlier = k.shape[2] - steps
    out = workspace("out", batch, steps, heads, width)
    blocks: list[Banded] = []
    for first in range(0, steps, _BAND):
        queries = slice(first, min(first + _BAND, steps))
        keys = slice(max(0, first + earlier + 1 - reach), queries.stop + earlier)
        _, attended = attention_forward(
            q[:, :, queries],
            k[:, :, keys],
            v[:, :, keys],
            bias[..., queries, keys],
            workspace.scope(f"{len(blocks)}"),
            scale=scale,
            out=out[:, queries],
        )
        blocks.append(Banded(queries, keys, attended))
    return out, blocks


def banded_attention_backward(
    dy: Floats, cache: list[Banded], dq: Floats, dk: Floats, dv: Floats, workspace: Workspace
) -> None:
    """Write the gradients of queries, and of the keys and values at their places; the first ones are given.

    Shapes: dy (B, T, H, d); dq, dk, dv (B, H, T, d)
    """
    batch, heads, steps, width = dk.shape
    earlier = cache[-1].keys.stop - steps
    dk[...], dv[...] = 0, 0
    for number, (queries, keys, attended) in enumerate(cache):
        places = slice(max(0, keys.start - earlier), keys.stop - earlier)
        of_keys, of_values = workspace("of_block", 2, batch, heads, places.stop - places.start, width)
        parts = dq[:, :, queries], of_keys, of_values
        attention_backward(dy[:, queries], attended, *parts, workspace.scope(f"{number}"))
        dk[:, :, places] += of_keys
        dv[:, :, places] += of_values
