"""Which types a corpus has and how often: the numbering that every one-hot vector and embedding shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Vocabulary:
    """Types numbered from 0 by falling count, then by token in code point order.

    The order depends on words and counts alone, so a corpus gives the same numbers whatever the order of its
    lines.
    """

    words: Sequence[str]
    counts: Sequence[int]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.counts):
            message = f"{len(self.words)} words but {len(self.counts)} counts"
            raise ValueError(message)

    @classmethod
    def from_counts(
        cls, counts: Mapping[str, int], min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Keep the types seen at least `min_count` times, and of those the `max_size` most frequent."""
        kept = [(token, count) for token, count in counts.items() if count >= min_count]
        kept.sort(key=lambda item: (-item[1], item[0]))
        if max_size is not None:
            del kept[max_size:]
        return cls([token for token, _ in kept], [count for _, count in kept])

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index
