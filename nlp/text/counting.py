"""Counting the tokens of a stream; with a bound on the vocabulary, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nlp.text.vocabulary import Vocabulary

MIN_CAPACITY = 2_000_000
CAPACITY_FACTOR = 16


class TokenCounter:
    """Counts tokens. With a `capacity`, forgets the rarest types whenever it holds more types than that.

    Without one, `max_size`, the vocabulary size that is wanted, sets it to several times that. Types are
    forgotten as in word2vec.c (`ReduceVocab`): those seen `forgotten` times or less, a threshold that rises
    by one each time. The counts of frequent types rise faster than that.
    """

    def __init__(self, max_size: int | None = None, capacity: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.forgotten = 0
        """Types with this count or less have been forgotten; 0 while every count is exact."""
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
