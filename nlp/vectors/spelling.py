"""Suggestions for an unknown word: the words of a vocabulary that differ from it by one or two edits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


class NearMisses:
    """Suggestions from `words`, which are in order of falling frequency.

    The set of a word's letters is kept as 64 bits, of which one edit changes two at most. So a comparison of
    bits leaves only a few hundred of many thousand words to be compared letter by letter.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    @cached_property
    def _folded(self) -> list[str]:
        return [word.casefold() for word in self._words]

    @cached_property
    def _letters(self) -> NDArray[np.uint64]:
        return np.fromiter(map(_letter_bits, self._folded), np.uint64, len(self._words))

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.fromiter(map(len, self._folded), np.int64, len(self._words))

    def suggest(self, word: str, most: int = 3) -> list[str]:
        """At most `most` words within two edits (one, for up to four letters).

        The nearest come first; of those equally near, the ones with its first letter; then the frequent.
        An edit inserts, deletes or changes a letter, or swaps two neighbours; a change of case is none.
        """
        folded = word.casefold()
        limit = 1 if len(word) <= 4 else 2
        apart = np.bitwise_count(self._letters ^ np.uint64(_letter_bits(folded)))
        near = (apart <= 2 * limit) & (np.abs(self._lengths - len(folded)) <= limit)
        scored = []
        for number in np.flatnonzero(near).tolist():
            distance = edit_distance(folded, self._folded[number], limit)
            if distance <= limit:
                scored.append((distance, self._folded[number][:1] != folded[:1], number))
        return [self._words[number] for _, _, number in sorted(scored)[:most]]


def edit_distance(first: str, second: str, limit: int) -> int:
    """The least number of edits (see `suggest`) from one word to the other, or `limit` + 1 if it is larger.

    Source: Damerau 1964, "A technique for computer detection and correction of spelling errors", in the
            restricted form: no letter is edited twice (optimal string alignment)
    """
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if older and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _letter_bits(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits
