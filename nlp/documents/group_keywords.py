"""The words that tell groups of texts apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from nlp.documents.keywords import AmongTexts, Keyword, best, counts_of, weights


class GroupKeywords:
    """Collects texts that are in groups. Memory holds the distinct words of each group, and no text.

    Equation: w(t, g) = tf(t, g) / |g| · ln(N / df(t)),   as of a text that is all of the group's
    """

    def __init__(self) -> None:
        self._rarity = AmongTexts()
        self._counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._lengths: Counter[int] = Counter()

    def add(self, words: Sequence[str], group: int | None) -> None:
        """Take a text's words in lower case; one that is in no group tells how rare they are, no more."""
        counts = counts_of(words)
        self._rarity.add(counts)
        if group is not None:
            self._counts[group].update(counts)
            self._lengths[group] += len(words)

    def best(self, group: int, most: int) -> list[Keyword]:
        """The keywords of a group, `most` of them at the most."""
        return best(weights(self._counts[group], max(self._lengths[group], 1), self._rarity), most)
