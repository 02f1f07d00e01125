"""Pairs of texts as numbers of pieces of words, and the batches in which they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids, Indices
from nlp.text.byte_pairs import BytePairs, words_of


class Pair(NamedTuple):
    """A text and what it is to become."""

    source: str
    target: str


@dataclass(frozen=True)
class Pieces:
    """The pieces of words of either language; where both share theirs, these are the same object.

    A text is its pieces and an end, which in targets also stands before the first piece.
    """

    source: BytePairs
    target: BytePairs

    @classmethod
    def learn(cls, pairs: Iterable[Pair], size: int, *, share: bool) -> Pieces:
        """Learn `size` pieces of each language, or of both together."""
        counts: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for pair in pairs:
            for count, text in zip(counts, pair, strict=True):
                count.update(words_of(text))
        if share:
            both = BytePairs.learn(counts[0] + counts[1], size)
            return cls(both, both)
        return cls(*(BytePairs.learn(count, size) for count in counts))

    @property
    def sizes(self) -> tuple[int, int]:
        """How many numbers there are in either language, the end among them."""
        return len(self.source) + 1, len(self.target) + 1

    @property
    def source_end(self) -> int:
        """What ends a source: the last number."""
        return len(self.source)

    @property
    def target_end(self) -> int:
        """What ends a target, and stands before it: the last number."""
        return len(self.target)

    def numbered(self, pairs: Iterable[Pair], longest: int) -> NumberedPairs:
        """Number pairs; those of which a text is empty or longer than so many pieces are left out."""
        sources: list[list[int]] = []
        targets: list[list[int]] = []
        skipped = 0
        for source, target in pairs:
            numbers, others = self.source.encode(source), self.target.encode(target)
            if numbers and others and max(len(numbers), len(others)) <= longest:
                sources.append([*numbers, self.source_end])
                targets.append([*others, self.target_end])
            else:
                skipped += 1
        return NumberedPairs(Ragged.of(sources), Ragged.of(targets), skipped)


@dataclass(frozen=True)
class Ragged:
    """Texts one after another: all numbers (N,), and the `lengths` of the texts."""

    numbers: Ids
    lengths: Indices

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> Ragged:
        """Join texts."""
        lengths = np.array([len(text) for text in texts], np.int64)
        return cls(np.array([number for text in texts for number in text], np.int32), lengths)

    def side_by_side(self, texts: Indices) -> Ids:
        """Some texts as columns, (T, B); behind the end of one its last number is repeated."""
        lengths = self.lengths[texts]
        places = self._starts[texts] + np.minimum(np.arange(lengths.max())[:, None], lengths - 1)
        columns: Ids = self.numbers[places]
        return columns

    @cached_property
    def _starts(self) -> Indices:
        """Where each text begins."""
        starts: Indices = np.cumsum(self.lengths) - self.lengths
        return starts


class SourceBatch(NamedTuple):
    """Sources side by side, by falling length: `ids` (S, B), and the `lengths` (B,)."""

    ids: Ids
    lengths: Indices

    @property
    def active(self) -> list[int]:
        """How many of them have a place t."""
        alive: list[int] = (np.arange(len(self.ids))[:, None] < self.lengths).sum(axis=1).tolist()
        return alive


class PairBatch(NamedTuple):
    """Pairs side by side, by falling length of the source.

    Attributes: `source`; `inputs` (T, B), what the decoder reads: the end, then the pieces of the target;
    `targets` (N,), what is to follow at the N places that targets have; `rows` (N,), where those places are
    in (T, B).
    """

    source: SourceBatch
    inputs: Ids
    targets: Ids
    rows: Indices

    @property
    def rows_of_texts(self) -> Indices:
        """Where the N places that targets have are in (B, T)."""
        steps, texts = self.inputs.shape
        t, b = np.divmod(self.rows, texts)
        rows: Indices = b * steps + t
        return rows


@dataclass(frozen=True)
class NumberedPairs:
    """Pairs as numbers; `skipped` are those that were left out."""

    sources: Ragged
    targets: Ragged
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.sources.lengths)

    def batch(self, pairs: Indices) -> PairBatch:
        """Some pairs, which need not be in order."""
        pairs = pairs[np.argsort(-self.sources.lengths[pairs], kind="stable")]
        source = SourceBatch(self.sources.side_by_side(pairs), self.sources.lengths[pairs])
        targets, lengths = self.targets.side_by_side(pairs), self.targets.lengths[pairs]
        inputs = np.empty_like(targets)
        inputs[0] = targets[lengths - 1, np.arange(len(pairs))]  # the end
        inputs[1:] = targets[:-1]
        there: npt.NDArray[np.bool_] = np.arange(len(targets))[:, None] < lengths
        return PairBatch(source, inputs, targets[there], np.flatnonzero(there))
