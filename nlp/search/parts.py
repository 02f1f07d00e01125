"""A part of a search index: the postings of its terms, and its documents, read from a model file in place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Ids
from nlp.search.documents import COLUMNS, Document, DocumentStore, decoded, ends_of
from nlp.search.postings import Postings
from nlp.storage.model_file import ModelFile
from nlp.storage.pages import PagedArray, paged_arrays, sums_of_pages

_ARRAYS = {
    "words": ("|u1",),
    "word_ends": ("<i8",),
    "posting_ends": ("<i8",),
    "holders": ("<i4",),
    "counts": ("|u1", "<i4"),
    **dict.fromkeys(COLUMNS, ("|u1",)),
    **{ends_of(name): ("<i8",) for name in COLUMNS},
}
"""The arrays that are checked by the page, and what types they may be of."""

_LENGTHS, _SUMS = "lengths", "sums"
_IDS_AT_ONCE = 1 << 16


def part_arrays(store: DocumentStore, postings: Postings, prefix: str = "") -> dict[str, NDArray[Any]]:
    """The arrays of a part, as `Part` reads them; their names begin with `prefix`."""
    found = {**postings._asdict(), **store.arrays()}
    found[_SUMS] = sums_of_pages(found[name] for name in _ARRAYS)
    return {name: found[name.removeprefix(prefix)] for name in names_of_part(prefix)}


def names_of_part(prefix: str = "") -> list[str]:
    """The names of the arrays of a part."""
    return [prefix + name for name in (*_ARRAYS, _LENGTHS, _SUMS)]


class Part:
    """A part in a model file, whose arrays have names with a `prefix`.

    Attributes: `lengths` (N,) of its documents, in terms.

    Raises: ModelError, here and wherever it is asked, for arrays that are damaged or do not fit together
    """

    def __init__(self, file: ModelFile, prefix: str = "") -> None:
        self._file = file
        arrays = paged_arrays(file, [prefix + name for name in _ARRAYS], prefix + _SUMS)
        self._arrays: Mapping[str, PagedArray] = {name: arrays[prefix + name] for name in _ARRAYS}
        self.lengths: Ids = file.array(prefix + _LENGTHS)
        sizes = {name: len(array) for name, array in self._arrays.items()}
        documents = {len(self.lengths), *(sizes[ends_of(name)] for name in COLUMNS)}
        are_known = all(self._arrays[name].dtype in kinds for name, kinds in _ARRAYS.items())
        if (
            not are_known
            or (self.lengths.dtype.str, self.lengths.ndim) != ("<i4", 1)
            or len(documents) != 1
            or sizes["word_ends"] != sizes["posting_ends"]
            or sizes["holders"] != sizes["counts"]
            or (len(self.lengths) and int(self.lengths.min()) < 0)
        ):
            raise file.unusable("its terms and documents do not fit together")

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def terms(self) -> int:
        """How many terms there are."""
        return len(self._arrays["word_ends"])

    def word(self, term: int) -> bytes:
        """The term of this number, in UTF-8."""
        return self._item("words", "word_ends", term)

    def first_term(self, word: bytes) -> int:
        """The number of the first term that is `word` or comes behind it."""
        low, high = 0, self.terms
        while low < high:
            middle = (low + high) // 2
            if self.word(middle) < word:
                low = middle + 1
            else:
                high = middle
        return low

    def terms_of(self, word: str, *, begins: bool) -> range:
        """The number of the term that is `word`, if there is one; or those of all that begin with it."""
        data = word.encode("utf-8", "surrogatepass")
        first = self.first_term(data)
        if begins:
            return range(first, self.first_term(data + b"\xff"))
        return range(first, first + (first < self.terms and self.word(first) == data))

    def postings(self, term: int) -> tuple[Ids, NDArray[Any]]:
        """The rising numbers of the documents that hold a term (n,), and how often each does (n,)."""
        start, end = self._span("posting_ends", term)
        holders: Ids = self._arrays["holders"].read(start, end)
        if (
            not len(holders)
            or holders[0] < 0
            or holders[-1] >= len(self)
            or (holders[1:] <= holders[:-1]).any()
        ):
            raise self._file.unusable("its postings are not in order")
        return holders, self._arrays["counts"].read(start, end)

    def words(self) -> list[str]:
        """All terms, in the order of their bytes."""
        data = self._arrays["words"].all().tobytes()
        ends = self._arrays["word_ends"].all().tolist()
        return [self._decoded(data[start:end]) for start, end in pairwise([0, *ends])]

    def holding(self) -> NDArray[np.int64]:
        """How many documents hold each term (V,)."""
        return np.diff(self._arrays["posting_ends"].all(), prepend=0)

    def text(self, number: int) -> str:
        """The text of a document."""
        return self._decoded(self._item("texts", "text_ends", number))

    def document(self, number: int) -> Document:
        """The document of this number."""
        found = [self._decoded(self._item(name, ends_of(name), number)) for name in COLUMNS]
        text, name, told = found
        fields: Any = {}
        if told:
            try:
                fields = json.loads(told)
            except (ValueError, RecursionError) as error:
                raise self._file.unusable(error) from error
        if not isinstance(fields, dict):
            raise self._file.unusable("the fields of a document are no JSON object")
        return Document(name, text, fields)

    def ids(self) -> Iterator[str]:
        """The id of each document."""
        for first in range(0, len(self), _IDS_AT_ONCE):
            last = min(first + _IDS_AT_ONCE, len(self))
            start = self._span("id_ends", first)[0]
            ends = self._arrays["id_ends"].read(first, last)
            data = self._arrays["ids"].read(start, int(ends[-1])).tobytes()
            places = [0, *(ends - start).tolist()]
            if data.isascii():
                text = data.decode("ascii")
                yield from (text[begun:end] for begun, end in pairwise(places))
            else:
                yield from (self._decoded(data[begun:end]) for begun, end in pairwise(places))

    def _item(self, name: str, ends: str, number: int) -> bytes:
        start, end = self._span(ends, number)
        return self._arrays[name].read(start, end).tobytes()

    def _span(self, ends: str, number: int) -> tuple[int, int]:
        first = max(number - 1, 0)
        found = self._arrays[ends].read(first, number + 1).tolist()
        return (found[0] if number else 0), found[-1]

    def _decoded(self, data: bytes) -> str:
        try:
            return decoded(data)
        except UnicodeDecodeError as error:
            raise self._file.unusable(error) from error
