"""Counting the tokens of a stream; with a bound on the vocabulary, in bounded memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

from nlp.text.vocabulary import Vocabulary

MIN_CAPACITY = 2_000_000
CAPACITY_FACTOR = 16

_MERGED_AT_ONCE = 4
"""Parts that are merged at a time: more of them are fewer tasks, and fewer side by side."""


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


@dataclass(frozen=True)
class PartCounts:
    r"""How often each distinct token of a part of a text occurs, in a form that is small to send.

    Attributes: `joined`, the distinct tokens with a "\n" between each two; `counts`, how often each occurs;
    `others`, the tokens with a "\n" of their own, which JSON may hold, and how often each occurs.
    """

    joined: str
    counts: array[int]
    others: Mapping[str, int]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> PartCounts:
        """The same counts, of a mapping."""
        others = {token: count for token, count in counts.items() if "\n" in token}
        plain = {token: count for token, count in counts.items() if token not in others} if others else counts
        return cls("\n".join(plain), array("q", plain.values()), others)

    def counter(self) -> Counter[str]:
        """The same counts as a mapping."""
        tokens = self.joined.split("\n") if self.counts else []
        return Counter(dict(zip(tokens, self.counts, strict=True)) | dict(self.others))


def count_part(token_lists: Iterable[Iterable[str]]) -> PartCounts:
    """Count the tokens of one part of a text."""
    counter = TokenCounter()
    for tokens in token_lists:
        counter.add(tokens)
    return PartCounts.of(counter.counts)


def merge_counts(*parts: PartCounts) -> PartCounts:
    """The counts of some parts together."""
    together: Counter[str] = Counter()
    for part in parts:
        together.update(part.counter())
    return PartCounts.of(together)


def merge_in_tree(
    parts: Iterable[PartCounts],
    compute: Callable[
        [Callable[..., PartCounts], Iterable[Sequence[PartCounts]]], Iterable[PartCounts]
    ] = starmap,
) -> Counter[str]:
    """The counts of all parts together; of them `Vocabulary.from_counts` makes what one count of all would.

    Some parts are merged at a time, then what they make, and so on: `compute`, as `map` of an engine, may do
    those of one level side by side.
    """
    level = list(parts)
    while len(level) > 1:
        groups = (level[i : i + _MERGED_AT_ONCE] for i in range(0, len(level), _MERGED_AT_ONCE))
        level = list(compute(merge_counts, groups))
    return level[0].counter() if level else Counter()
