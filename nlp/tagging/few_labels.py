"""The best labels of chains of few labels, scored by whole numbers: each sum tells which label led to it.

A sum is multiplied by 8, and its three lowest bits hold the label before it. So the way back reads what
`lattice.best_labels`, which defines the result, has to look for again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nlp.tagging.labels import Chain
from nlp.tagging.lattice import DENSE, Lattice, Moves

MOST = 8
"""Labels at most."""

_BITS, _LOW = 3, MOST - 1
_SUM = np.int32(~_LOW)


def best_of_few(
    scores: npt.NDArray[np.int32], transitions: Moves, chain: Chain, lattice: Lattice
) -> npt.NDArray[np.uint8]:
    """What `best_labels` returns for these; sums of a chain must stay within 2 to the 27th.

    `scores` (L, M) are overwritten; each label may follow some label. The lowest bits have the label i as
    7 - i, so that of equal sums that of the lowest label is the highest number.

    alpha_t(j) = 8 scores_t(j) + max_i (8 ⌊alpha_{t-1}(i) / 8⌋ + 8 transitions(i, j) + 7 - i)
    """
    labels = len(scores)
    active, offsets = lattice.active, lattice.offsets
    if not active:
        return np.zeros(0, np.uint8)
    never = np.int32(chain.never(np.int32))
    codes = _LOW - np.arange(labels, dtype=np.int32)
    moves = (np.where(chain.allowed, transitions, never).astype(np.int32) << _BITS) + codes[:, None]
    scores <<= _BITS
    first = scores[:, : active[0]]
    first += np.where(chain.first[:, None] | ~lattice.begins, 0, never << _BITS).astype(np.int32)
    before = [np.flatnonzero(chain.allowed[:, label]).tolist() for label in range(labels)]
    spread = moves[:, :, None]
    room = np.empty((labels + 2, active[0]), np.int32)
    for step in range(1, len(active)):
        n, start, previous = active[step], offsets[step], offsets[step - 1]
        here = scores[:, start : start + n]
        alpha = np.bitwise_and(scores[:, previous : previous + n], _SUM, out=room[:labels, :n])
        if labels * labels * n <= DENSE:
            here += (alpha[:, None, :] + spread).max(axis=0)
            continue
        best, other = room[labels, :n], room[labels + 1, :n]
        for label, (source, *others) in enumerate(before):
            np.add(alpha[source], moves[source, label], out=best)
            for source_too in others:
                np.add(alpha[source_too], moves[source_too, label], out=other)
                np.maximum(best, other, out=best)
            here[label] += best
    return _way_back(scores, chain, lattice, codes)


def _way_back(
    scores: npt.NDArray[np.int32], chain: Chain, lattice: Lattice, codes: npt.NDArray[np.int32]
) -> npt.NDArray[np.uint8]:
    """The labels, from the last step to the first."""
    active, offsets = lattice.active, lattice.offsets
    width = scores.shape[1]
    sums, every = scores.reshape(-1), np.arange(active[0])
    never = np.int32(chain.never(np.int32)) << _BITS
    last = np.where(chain.last[:, None] | ~lattice.ends, 0, never).astype(np.int32)
    last += codes[:, None]
    found = np.empty(width, np.uint8)
    following = every[:0]
    for step in range(len(active) - 1, -1, -1):
        n, start, longer = active[step], offsets[step], len(following)
        ended = (scores[:, start + longer : start + n] & _SUM) + last[:, longer:n]
        labels = np.concatenate([following, _LOW - (ended.max(axis=0) & _LOW)]) if n > longer else following
        found[start : start + n] = labels
        following = _LOW - (sums.take(labels * width + (every[:n] + start)) & _LOW)
    return found
