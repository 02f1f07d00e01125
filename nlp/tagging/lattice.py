"""Many chains of labels side by side: which places are scored at which step, and the best labels of all.

Chains are cut into pieces, sorted by falling length, and laid out by steps: first the first place of every
piece, then the second of those that have one, and so on. So each step of the Viterbi algorithm is a few
operations on contiguous numbers, and nothing is padded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Indices
from nlp.tagging.labels import Chain

Scores = npt.NDArray[Any]
Moves = npt.NDArray[np.int32]

WINDOW, CONTEXT = 64, 8
"""A long chain is cut into windows; labels in one are decided with so many places on either side of it."""

DENSE = 1 << 15
"""Scores of a step up to which all that may come before are tried at once."""


@dataclass(frozen=True)
class Lattice:
    """The places of some pieces, by steps.

    Attributes: `places` (M,), where each stands in the text; `active[t]`, how many pieces have a step t, and
    `offsets[t]`, where that step begins in `places`; `begins` and `ends`, whether each piece, in the order of
    the lattice, begins and ends a chain; `kept` (M,), whether a place is labelled here or is context alone.
    """

    places: Indices
    active: Sequence[int]
    offsets: Sequence[int]
    begins: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_] | None


def lattice_of(
    starts: Indices, lengths: Indices, window: int | None = WINDOW, context: int = CONTEXT
) -> Lattice:
    """The lattice of chains that begin at `starts` and have these `lengths`, all above 0.

    Chains longer than a window with its context on both sides are cut; without a `window` none is. Where a
    chain is cut depends on that chain alone, so its labels do not depend on its neighbours.
    """
    if window is None or not len(lengths) or lengths.max() <= window + 2 * context:
        return _laid_out(starts, lengths, None)
    parts = np.where(lengths <= window + 2 * context, 1, -(-lengths // window))
    chain = np.repeat(np.arange(len(lengths)), parts)
    number = np.arange(len(chain)) - np.repeat(np.cumsum(parts) - parts, parts)
    first = number * window
    length = lengths[chain]
    last = np.where(number == parts[chain] - 1, length, first + window)
    from_, to = np.maximum(first - context, 0), np.minimum(last + context, length)
    cut = _Cut(from_ == 0, to == length, first - from_, last - from_)
    return _laid_out(starts[chain] + from_, to - from_, cut)


@dataclass(frozen=True)
class _Cut:
    """Of each piece: whether it begins and ends its chain, and the part of it that is labelled."""

    begins: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]
    first: Indices
    last: Indices


def _laid_out(starts: Indices, lengths: Indices, cut: _Cut | None) -> Lattice:
    order = np.argsort(-lengths, kind="stable")
    falling = lengths[order]
    steps = int(falling[0]) if len(falling) else 0
    active = np.searchsorted(-falling, -np.arange(steps), side="left")
    offsets = np.concatenate([[0], np.cumsum(active)])
    step = np.repeat(np.arange(steps), active)
    piece = order[np.arange(offsets[-1]) - offsets[step]]
    whole = np.ones(len(order), np.bool_)
    return Lattice(
        starts[piece] + step,
        active.tolist(),
        offsets.tolist(),
        cut.begins[order] if cut else whole,
        cut.ends[order] if cut else whole,
        (step >= cut.first[piece]) & (step < cut.last[piece]) if cut else None,
    )


def best_labels(scores: Scores, transitions: Scores, chain: Chain, lattice: Lattice) -> npt.NDArray[np.uint8]:
    """The labels of each place of a lattice whose sum of scores is the best that the chain allows.

    `scores` (L, M), by label and place, are overwritten; `transitions` (L, L), from label to label, are of
    the same type, int32 or float32. Only the sums are kept, not what came before each: going back, the one
    that led to the label already found is looked for again. Of equal sums the lowest label wins.

    alpha_t(j) = scores_t(j) + max_i (alpha_{t-1}(i) + transitions(i, j))

    Source: Viterbi 1967, "Error bounds for convolutional codes and an asymptotically optimum decoding
            algorithm"
    """
    labels = len(scores)
    never = chain.never(scores.dtype)
    moves = np.where(chain.allowed, transitions, never).astype(scores.dtype)
    active, offsets = lattice.active, lattice.offsets
    if not active:
        return np.zeros(0, np.uint8)
    first = scores[:, : active[0]]
    first += np.where(chain.first[:, None] | ~lattice.begins, 0, never).astype(scores.dtype)
    before = [np.flatnonzero(chain.allowed[:, label]) for label in range(labels)]
    spread = moves[:, :, None]
    room = np.empty((labels + 1, active[0]), scores.dtype)
    for step in range(1, len(active)):
        n, start, previous = active[step], offsets[step], offsets[step - 1]
        alpha, here = scores[:, previous : previous + n], scores[:, start : start + n]
        if labels * labels * n <= DENSE:
            here += (alpha[:, None, :] + spread).max(axis=0)
            continue
        best, other, sums = room[0, :n], room[1, :n], room[:labels, :n]
        for label, sources in enumerate(before):
            if len(sources) == labels:
                here[label] += np.add(alpha, moves[:, label, None], out=sums).max(axis=0)
                continue
            if not len(sources):
                here[label] += never
                continue
            np.add(alpha[sources[0]], moves[sources[0], label], out=best)
            for source in sources[1:]:
                np.add(alpha[source], moves[source, label], out=other)
                np.maximum(best, other, out=best)
            here[label] += best
    return _way_back(scores, moves, chain, lattice)


def _way_back(scores: Scores, moves: Scores, chain: Chain, lattice: Lattice) -> npt.NDArray[np.uint8]:
    """The labels, from the last step to the first."""
    active, offsets = lattice.active, lattice.offsets
    found = np.empty(offsets[-1], np.uint8)
    last = np.where(chain.last[:, None] | ~lattice.ends, 0, chain.never(scores.dtype)).astype(scores.dtype)
    into = np.ascontiguousarray(moves.T)
    longer = 0
    for step in range(len(active) - 1, -1, -1):
        n, start = active[step], offsets[step]
        if n > longer:
            found[start + longer : start + n] = _highest(
                scores[:, start + longer : start + n] + last[:, longer:n]
            )
        if longer:
            following = found[offsets[step + 1] : offsets[step + 1] + longer]
            found[start : start + longer] = _highest(
                scores[:, start : start + longer] + into.take(following, axis=0).T
            )
        longer = n
    return found


def _highest(scores: Scores) -> npt.NDArray[np.uint8]:
    """The first of the highest of each column."""
    found: npt.NDArray[np.uint8]
    if scores.size <= DENSE:
        found = scores.argmax(axis=0).astype(np.uint8)
        return found
    best, found = scores[0].copy(), np.zeros(scores.shape[1], np.uint8)
    for label in range(1, len(scores)):
        higher = scores[label] > best
        np.maximum(best, scores[label], out=best)
        found[higher] = label
    return found
