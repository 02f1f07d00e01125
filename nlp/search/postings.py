"""From the terms of documents to postings: which documents hold each term, and how often."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Ids, Indices
from nlp.search.analysis import Analyzer
from nlp.storage.temporary import UnnamedFile

_RUN = 1 << 22
"""Tokens that are sorted at a time: 64 MB, whatever the size of the text."""

_LEFT_OUT = -1
_MOST_IN_A_BYTE = 255


class _Numbers(dict[str, int]):
    """From a token to the number of its term, in the order in which they come; of none it is negative."""

    def __init__(self, keeps: Callable[[str], bool]) -> None:
        super().__init__()
        self._keeps = keeps
        self.terms: list[str] = []

    def __missing__(self, token: str) -> int:
        number = _LEFT_OUT
        if self._keeps(token):
            number = len(self.terms)
            self.terms.append(token)
        self[token] = number
        return number


class Postings(NamedTuple):
    """What an index knows of its terms.

    Attributes: `words`, the terms in UTF-8 one behind the other, in the order of their bytes, and where each
    ends, `word_ends` (V,); `posting_ends` (V,), where the postings of each end; those are `holders` (P,), the
    rising numbers of the documents that hold it, and `counts` (P,), how often; `lengths` (N,) of the
    documents.
    """

    words: NDArray[np.uint8]
    word_ends: Indices
    posting_ends: Indices
    holders: Ids
    counts: NDArray[Any]
    lengths: Ids


class _Run(NamedTuple):
    """Some postings in the order of terms and documents, as bytes in storage from `place` on."""

    place: int
    size: int


class PostingsBuilder:
    """Collects the terms of documents.

    Runs of postings are sorted in memory and put into temporary storage in `directory`; the last step puts
    each posting where it belongs. Memory holds the vocabulary and a run, whatever the size of the text.

    Raises: OSError where the storage is full
    """

    def __init__(self, directory: str | os.PathLike[str], analyzer: Analyzer) -> None:
        self._directory, self._analyzer = directory, analyzer
        self._numbers = _Numbers(analyzer.keeps)
        self._lengths = array("i")
        self._pending: list[NDArray[np.int64]] = []
        self._waiting = 0
        self._storage = UnnamedFile(directory)
        self._runs: list[_Run] = []

    def add(self, texts: Sequence[str]) -> None:
        """Take the texts of further documents."""
        if not texts:
            return
        tokens: list[str] = []
        sizes: list[int] = []
        for line in self._analyzer.lines(texts):
            words = line.split(" ")
            tokens += words
            sizes.append(len(words))
        self.add_tokens(tokens, sizes)

    def add_tokens(self, tokens: Sequence[str], sizes: Sequence[int]) -> None:
        """Take the tokens of further documents, which have so many each."""
        numbers = np.fromiter(map(self._numbers.__getitem__, tokens), np.int64, len(tokens))
        first = len(self._lengths)
        documents = np.repeat(np.arange(first, first + len(sizes)), sizes)
        kept = numbers != _LEFT_OUT
        numbers, documents = numbers[kept], documents[kept]
        self._lengths.frombytes(np.bincount(documents - first, minlength=len(sizes)).astype("i").tobytes())
        numbers <<= 32
        numbers |= documents
        self._pending.append(numbers)
        self._waiting += len(numbers)
        if self._waiting >= _RUN:
            self._spool()

    def finish(self) -> Postings:
        """The postings of all that was added; their arrays are in temporary storage, memory-mapped."""
        self._spool()
        terms = self._numbers.terms
        order = sorted(range(len(terms)), key=terms.__getitem__)
        encoded = [terms[number].encode("utf-8", "surrogatepass") for number in order]
        rank = np.empty(len(terms), np.int64)
        rank[order] = np.arange(len(terms))
        holding = np.zeros(len(terms), np.int64)
        most = 0
        for run in self._runs:
            keys, counts = self._read(run)
            holding += np.bincount(keys >> 32, minlength=len(terms))
            most = max(most, int(counts.max(initial=0)))
        ranked = np.empty_like(holding)
        ranked[rank] = holding
        ends = np.cumsum(ranked)
        kind = "|u1" if most <= _MOST_IN_A_BYTE else "<i4"
        holders, counts = self._placed(rank, ends - ranked, kind)
        return Postings(
            np.frombuffer(b"".join(encoded), np.uint8),
            np.cumsum([len(one) for one in encoded], dtype=np.int64),
            ends,
            holders,
            counts,
            np.array(self._lengths, np.int32),
        )

    def _spool(self) -> None:
        """Put what waits into storage as a run."""
        keys = np.concatenate([np.zeros(0, np.int64), *self._pending])
        self._pending, self._waiting = [], 0
        if not len(keys):
            return
        keys.sort()
        starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        counts = np.diff(starts, append=len(keys)).astype(np.int32)
        self._runs.append(_Run(self._storage.size, len(starts)))
        self._storage.append(keys[starts].tobytes())
        self._storage.append(counts.tobytes())

    def _read(self, run: _Run) -> tuple[Indices, Ids]:
        keys = np.frombuffer(self._storage.read(run.place, 8 * run.size), np.int64)
        return keys, np.frombuffer(self._storage.read(run.place + 8 * run.size, 4 * run.size), np.int32)

    def _placed(self, rank: Indices, starts: Indices, kind: str) -> tuple[Ids, NDArray[Any]]:
        """All postings in the order of the ranks of their terms, which begin at `starts`."""
        total = sum(run.size for run in self._runs)
        stored = [UnnamedFile(self._directory) for _ in range(2)]
        for storage, width in zip(stored, (4, np.dtype(kind).itemsize), strict=True):
            storage.reserve(total * width)
        holders, counts = stored[0].mapped("<i4"), stored[1].mapped(kind)
        free = starts.copy()
        for run in self._runs:
            keys, told = self._read(run)
            terms = keys >> 32
            firsts = np.flatnonzero(np.concatenate([[True], terms[1:] != terms[:-1]]))
            sizes = np.diff(firsts, append=len(terms))
            ranks = rank[terms[firsts]]
            places = np.repeat(free[ranks] - firsts, sizes)
            places += np.arange(len(terms))
            free[ranks] += sizes
            holders[places] = keys & 0xFFFFFFFF  # the documents of a run come after those of the last one
            counts[places] = told
        return holders, counts
