"""Ambiguity classes: which tags a word has had in the training text, and how surely.

A word's own occurrences must not tell its class while the tagger is trained, or it would learn to trust the
class of every word as much as that of one that it has seen: counts are taken without those of a part.

Source: Cutting, Kupiec, Pedersen & Sibun 1992, "A practical part-of-speech tagger", §3 (ambiguity classes)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids
from nlp.tagging.hashing import Hashes

_LABELS = 8  # bits of a label
_SURE, _LIKELY = 0.98, 0.8  # shares of the most frequent tag
_OFTEN, _SOMETIMES = 100, 10  # occurrences


@dataclass(frozen=True)
class TagCounts:
    """How often words have had which label.

    Attributes: `keys` (K,), rising: the hash of a word and, in its lowest bits, a label; `counts` (K,).
    """

    keys: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, words: Hashes, labels: npt.NDArray[np.uint8]) -> TagCounts:
        """Those of a text whose places have these words, as hashes, and labels."""
        return cls(*np.unique(words.astype(np.int64) << _LABELS | labels, return_counts=True))

    def without(self, part: TagCounts) -> TagCounts:
        """The counts less those of a part of the text."""
        counts = self.counts.copy()
        counts[np.searchsorted(self.keys, part.keys)] -= part.counts
        return TagCounts(self.keys[counts > 0], counts[counts > 0])

    def classes(self) -> tuple[Hashes, Ids]:
        """The words, by rising hashes, and their classes.

        A class is the tag that a word has most often, the next one, whether the share of the first is above
        98 %, above 80 % or less, and whether the word occurs 100 times, 10 times or less.
        """
        words, labels = self.keys >> _LABELS, self.keys & ((1 << _LABELS) - 1)
        order = np.lexsort((labels, -self.counts, words))
        words, labels, counts = words[order], labels[order], self.counts[order]
        first = np.flatnonzero(np.append(True, words[1:] != words[:-1])[: len(words)])
        total = np.add.reduceat(counts, first) if len(first) else counts
        following = np.append(first[1:], len(words))
        has_next = following > first + 1
        next_ = np.where(has_next, labels[np.minimum(first + 1, len(words) - 1)] + 1, 0)
        share = counts[first] / total
        surely = (share > _LIKELY).astype(np.int64) + (share > _SURE)
        often = (total >= _SOMETIMES).astype(np.int64) + (total >= _OFTEN)
        classes = (((labels[first] << _LABELS + 1) + next_) * 3 + surely) * 3 + often
        return words[first].astype(np.uint32), classes.astype(np.int32)
