"""Counting tokens of a stream, in memory that a bound on the vocabulary bounds too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nlp.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_CAPACITY = 2_000_000
CAPACITY_FACTOR = 16


class TokenCounter:
    """Counts tokens; with `max_size`, forgets the rarest types when too many wait.

    Pruning is that of word2vec (Mikolov et al. 2013, `ReduceVocab`): everything seen `forgotten` times or
    less goes, and the threshold rises by one each time. A type that matters comes back sooner than that.
    """

    def __init__(self, max_size: int | None = None, capacity: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.forgotten = 0
        """The count up to which types have been forgotten; 0 while every count is exact."""
        self._capacity = capacity
        if max_size is not None and capacity is None:
            self._capacity = max(CAPACITY_FACTOR * max_size, MIN_CAPACITY)

    def add(self, tokens: Iterable[str]) -> None:
        """Count `tokens`, any number of them at once."""
        self.counts.update(tokens)
        while self._capacity is not None and len(self.counts) > self._capacity:
            self.forgotten += 1
            kept = {token: count for token, count in self.counts.items() if count > self.forgotten}
            self.counts = Counter(kept)

    def vocabulary(self, min_count: int = 1, max_size: int | None = None) -> Vocabulary:
        """What has been counted, numbered by falling count."""
        return Vocabulary.from_counts(self.counts, min_count, max_size)
