"""Numbers for the types of a text in the order in which they first occur, in bounded memory if asked for.

When there are more types in memory than allowed, the rarest are forgotten and the others numbered anew. What
the file holds in the same numbering is a segment. Each segment has a map from its numbers to those of the
next one; at the end these maps are composed into maps to the final numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from nlp.data.token_table import LINE_END, Bytes, TokenTable, tokens_in
from nlp.layers.arrays import Ids
from nlp.storage.temporary import UnnamedFile
from nlp.text.vocabulary import Vocabulary

AT_ONCE = 1 << 18
"""Tokens that are handled at a time, about."""

_LINE_END = 0  # its number
_FORGOTTEN = -2  # in the map of a segment
_SLICE = 1 << 18  # bytes
_BYTES = 4  # of an int32


@dataclass(frozen=True)
class Segment:
    """The values of the file from the last segment up to `end`; its map has `size` numbers, at `place`."""

    end: int
    place: int
    size: int


class Numbering:
    """Numbers tokens, and counts them.

    With a `capacity`, no more types than that stay in memory, beside those of `known`: when there are more,
    the types seen n times or less are forgotten, where n rises by one each time.

    Source: `ReduceVocab` of word2vec.c (Mikolov et al. 2013)
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        known: Sequence[str] = (),
        capacity: int | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._table = TokenTable((LINE_END, *filter(None, known)))
        self._pinned = len(self._table.tokens)
        self._counts = np.zeros(self._pinned, np.int64)
        self._capacity, self._at_once = capacity, at_once
        self._directory = directory
        self._forgotten = 0
        self._segments: list[Segment] = []
        self._maps: UnnamedFile | None = None

    def write(self, blocks: Iterable[str], storage: UnnamedFile) -> None:
        """Append the numbers of all tokens to `storage`, as int32, and count them."""
        for batch in self._batches(blocks):
            storage.append(batch.tobytes())
            sums = np.bincount(batch, minlength=len(self._table.tokens))
            sums[: len(self._counts)] += self._counts
            self._counts = sums
            if self._capacity is not None and len(self._counts) - self._pinned > self._capacity:
                self._forget(self._capacity, storage)

    def counts(self) -> dict[str, int]:
        """How often each type occurs; if it was forgotten and came back, since it came back."""
        return dict(zip(self._table.tokens, self._counts.tolist(), strict=True))

    def maps(self, vocabulary: Vocabulary, length: int) -> Iterator[tuple[int, Ids]]:
        """Yield (end, map) for each segment of a file of `length` values.

        A map has for each number of the segment that of its word in the vocabulary.
        """
        numbers = {token: number for number, token in enumerate(self._table.tokens)}
        remap = np.full(len(numbers), vocabulary.unknown, np.int32)
        for number, word in enumerate(vocabulary.words):
            if word:  # no text has the empty one
                remap[numbers[word]] = number
        remap[_LINE_END] = vocabulary.line_end
        last = remap
        # Each segment's own map gives the next one's numbers, and `remap` turns those into the final ones.
        for segment in reversed(self._segments):
            and_forgotten = np.append(remap, np.array([vocabulary.unknown, 0], np.int32))  # at _FORGOTTEN
            remap = and_forgotten[self._map(segment)]
            self._storage_of_maps().write(segment.place, remap.tobytes())
        yield from ((segment.end, self._map(segment)) for segment in self._segments)
        yield length, last

    def _batches(self, blocks: Iterable[str]) -> Iterator[Ids]:
        """The numbers of all tokens, some at a time; with a capacity always so many, however they came."""
        pending: list[Ids] = []
        size = 0
        for data in _slices(blocks):
            (starts, lengths), start = tokens_in(data), 0
            while start < len(starts):
                end = start + self._at_once - size
                pending.append(self._table.numbers(data, starts[start:end], lengths[start:end]))
                size += len(pending[-1])
                start = end
                if size == self._at_once:
                    yield np.concatenate(pending)
                    pending, size = [], 0
        if pending:
            yield np.concatenate(pending)

    def _forget(self, capacity: int, storage: UnnamedFile) -> None:
        kept = np.ones(len(self._counts), bool)
        while int(kept[self._pinned :].sum()) > capacity:
            self._forgotten += 1
            kept[self._pinned :] = self._counts[self._pinned :] > self._forgotten
        remap = np.where(kept, np.cumsum(kept) - 1, _FORGOTTEN).astype(np.int32)
        maps = self._storage_of_maps()
        self._segments.append(Segment(storage.size // _BYTES, maps.size, len(remap)))
        maps.append(remap.tobytes())
        self._table = TokenTable(compress(self._table.tokens, kept.tolist()))
        self._counts = self._counts[kept]

    def _map(self, segment: Segment) -> Ids:
        return np.frombuffer(self._storage_of_maps().read(segment.place, _BYTES * segment.size), np.int32)

    def _storage_of_maps(self) -> UnnamedFile:
        if self._maps is None:
            self._maps = UnnamedFile(self._directory)
        return self._maps


def _slices(blocks: Iterable[str]) -> Iterator[Bytes]:
    """The text in UTF-8, in slices that end at a space where they would be too large."""
    for block in blocks:
        data, start = block.encode("utf-8", "surrogatepass"), 0
        while start < len(data):
            end = data.find(b" ", start + _SLICE)
            end = len(data) if end < 0 else end
            yield np.frombuffer(data, np.uint8, end - start, start)
            start = end


class CodePoints:
    """Numbers characters by their code points, and counts them, without a Python object for each.

    To who reads a text it is what `Numbering` is, for characters.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(0, np.int64)  # up to the largest seen: of all 1.1 million few ever occur

    def write(self, blocks: Iterable[str], storage: UnnamedFile) -> None:
        """Append the code points of all characters to `storage`, as int32, and count them."""
        for block in blocks:
            data = block.encode("utf-32-le", "surrogatepass")
            counts = np.bincount(np.frombuffer(data, "<i4"))
            fewer, self._counts = sorted((counts, self._counts), key=len)
            self._counts[: len(fewer)] += fewer
            storage.append(data)

    def counts(self) -> dict[str, int]:
        """How often each character occurs."""
        return {chr(code): int(self._counts[code]) for code in np.flatnonzero(self._counts)}

    def maps(self, vocabulary: Vocabulary, length: int) -> Iterator[tuple[int, Ids]]:
        """Yield (length, map): for each code point the number of its character in the vocabulary."""
        numbers = np.full(len(self._counts), vocabulary.unknown, np.int32)
        for number, word in enumerate(vocabulary.words):
            if len(word) == 1 and ord(word) < len(numbers):
                numbers[ord(word)] = number
        yield length, numbers
