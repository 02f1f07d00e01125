"""A set of words as hashes, which tells of every place of a text the longest word that it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.tagging.characters import Codes, codes, normal
from nlp.tagging.hashing import Hashes, joined, spread

SHORTEST, LONGEST = 2, 6  # characters of a word; a longer one hardly ever needs a dictionary
_BITS = 22  # a word that is none is taken for one in 4 of 1,000 places if there are 15,000

EVERYWHERE = 1
"""The mark of a word that may be used for every place."""

FIRST_PART = 2
"""The mark of a word that only part 0 of the training text has; that of part 1 follows."""

PARTS = 250
"""Parts of a training text at most: all marks fit a byte."""


class Longest(NamedTuple):
    """At each place, how long the longest word is that starts, ends, or goes on there; 1 if none does."""

    starting: npt.NDArray[np.uint8]
    ending: npt.NDArray[np.uint8]
    covering: npt.NDArray[np.uint8]


class Lexicon:
    """Words, each marked `EVERYWHERE`, or with the only part of the training text that it occurs in.

    A dictionary made of the words of the training text would know every word of it, and of no other text: a
    model would learn to trust it too much. So a word that only one part of the text has is not used there
    (jackknife).

    Attributes: `keys`, rising, the hashed words, all below `size`.
    """

    size = 1 << _BITS

    def __init__(self, keys: npt.NDArray[np.int64], marks: npt.NDArray[np.uint8] | None = None) -> None:
        self.keys = keys
        self._table = np.zeros(self.size, np.uint8)
        self._table[keys] = EVERYWHERE if marks is None else marks

    @classmethod
    def of(cls, words: Mapping[str, int]) -> Lexicon:
        """The lexicon of words with their marks; of two in one bucket the lower mark counts."""
        keys: list[npt.NDArray[np.int64]] = []
        marks: list[npt.NDArray[np.uint8]] = []
        by_length: dict[int, list[str]] = {}
        for word in words:
            by_length.setdefault(len(word), []).append(word)
        for length in range(SHORTEST, LONGEST + 1):
            if some := by_length.get(length):
                symbols = normal(codes("".join(some))).reshape(-1, length)
                hashes = spread(symbols[:, 0])
                for place in range(1, length):
                    hashes = joined(hashes, symbols[:, place])
                keys.append((hashes >> np.uint32(32 - _BITS)).astype(np.int64))
                marks.append(np.array([words[word] for word in some], np.uint8))
        if not keys:
            return cls(np.zeros(0, np.int64))
        key, mark = np.concatenate(keys), np.concatenate(marks)
        order = np.lexsort((mark, key))
        key, mark = key[order], mark[order]
        fresh = np.concatenate([[True], key[1:] != key[:-1]])
        return cls(key[fresh], mark[fresh])

    def longest(self, symbols: Codes, parts: npt.NDArray[np.uint8] | None = None) -> Longest:
        """The longest words at the places of a flat text, whose padding they never cross.

        `parts` tells of each place which part of the training text it is in; else all words are used.
        """
        found = Longest(*(np.ones(len(symbols), np.uint8) for _ in range(3)))
        if not len(self.keys):
            return found
        hashes: Hashes = spread(symbols)
        whole = symbols != 0
        for length in range(SHORTEST, min(LONGEST, len(symbols)) + 1):
            last = symbols[length - 1 :]
            hashes = joined(hashes[:-1], last)
            whole = whole[:-1] & (last != 0)
            marks = self._table.take(hashes >> np.uint32(32 - _BITS))
            hits = (marks != 0) & whole
            if parts is not None:
                hits &= marks != parts[: len(hits)] + np.uint8(FIRST_PART)
            lengths = hits * np.uint8(length)  # the last, which is the longest, counts
            _raise(found.starting, 0, lengths)
            _raise(found.ending, length - 1, lengths)
            for place in range(1, length - 1):
                _raise(found.covering, place, lengths)
        return found


def _raise(lengths: npt.NDArray[np.uint8], first: int, to: npt.NDArray[np.uint8]) -> None:
    """Raise the lengths from place `first` on to those of `to`, where these are higher."""
    there = lengths[first : first + len(to)]
    np.maximum(there, to, out=there)
