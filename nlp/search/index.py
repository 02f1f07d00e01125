"""A search index as it is asked: the documents that hold a term, whatever part of the index they are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Ids
from nlp.search.analysis import Analyzer, Term
from nlp.search.config import IndexConfig
from nlp.search.documents import Document
from nlp.search.parts import Part
from nlp.text.tokenize import Tokenizer


class Index:
    """The documents of one part or two, without those that were removed.

    A document has a number: those of the second part count on from those of the first, and removed ones keep
    theirs. What is told of terms is what an index built anew of the documents that are left would tell.

    Attributes: `lengths` (N,) of all documents, in terms; `has` (N,), whether a document is still there, or
    None if all are.
    """

    def __init__(
        self, config: IndexConfig, stopwords: Sequence[str], parts: Sequence[Part], removed: Ids
    ) -> None:
        self.config, self.stopwords, self.parts, self.removed = config, stopwords, parts, removed
        self._firsts = np.cumsum([0, *map(len, parts)])
        self.lengths: Ids = (
            parts[0].lengths if len(parts) == 1 else np.concatenate([part.lengths for part in parts])
        )
        self.has: NDArray[np.bool_] | None = None
        if len(removed):
            self.has = np.ones(len(self.lengths), bool)
            self.has[removed] = False

    def __len__(self) -> int:
        """How many documents are there."""
        return len(self.lengths) - len(self.removed)

    @cached_property
    def mean_length(self) -> float:
        """Of the documents that are there, in terms; 0 without any."""
        total = int(self.lengths.sum(dtype=np.int64)) - int(self.lengths[self.removed].sum(dtype=np.int64))
        return total / max(len(self), 1)

    def analyzer(self, split: Tokenizer) -> Analyzer:
        """What finds the terms of queries and texts as those of the documents were found."""
        return Analyzer(self.config, split, self.stopwords)

    def postings(self, term: Term) -> tuple[Ids, NDArray[Any]]:
        """The rising numbers of the documents that hold a term (n,), and how often each does (n,)."""
        found = [
            _moved(part.postings(number), first)
            for part, first in zip(self.parts, self._firsts.tolist(), strict=False)
            for number in part.terms_of(term.text, begins=term.begins)
        ]
        holders, counts = found[0] if len(found) == 1 else _joined(found, is_one=not term.begins)
        if self.has is not None:
            kept = self.has[holders]
            holders, counts = holders[kept], counts[kept]
        return holders, counts

    def document(self, number: int) -> Document:
        """The document of this number."""
        part, within = self._place(number)
        return part.document(within)

    def text(self, number: int) -> str:
        """The text of a document."""
        part, within = self._place(number)
        return part.text(within)

    def numbers(self) -> list[int]:
        """The numbers of the documents that are there."""
        every = range(len(self.lengths))
        return list(every) if self.has is None else np.flatnonzero(self.has).tolist()

    def ids(self) -> Iterator[str]:
        """The ids of the documents that are there."""
        names = chain.from_iterable(part.ids() for part in self.parts)
        return names if self.has is None else compress(names, self.has.tolist())

    def words(self) -> list[str]:
        """All terms, those that most documents hold first."""
        holding: dict[str, int] = {}
        for part in self.parts:
            for word, count in zip(part.words(), part.holding().tolist(), strict=True):
                holding[word] = holding.get(word, 0) + count
        return sorted(holding, key=lambda word: (-holding[word], word))

    def _place(self, number: int) -> tuple[Part, int]:
        part = int(np.searchsorted(self._firsts, number, "right")) - 1
        return self.parts[part], number - int(self._firsts[part])


def _moved(postings: tuple[Ids, NDArray[Any]], first: int) -> tuple[Ids, NDArray[Any]]:
    holders, counts = postings
    return (holders + np.int32(first) if first else holders), counts


def _joined(found: Sequence[tuple[Ids, NDArray[Any]]], *, is_one: bool) -> tuple[Ids, NDArray[Any]]:
    """The postings of several terms as those of one; those of the parts of `one` term follow one another."""
    if not found:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    holders = np.concatenate([one for one, _ in found])
    counts = np.concatenate([told.astype(np.int32) for _, told in found])
    if is_one:
        return holders, counts
    distinct, places = np.unique(holders, return_inverse=True)
    return distinct, np.bincount(places, counts).astype(np.int32)
