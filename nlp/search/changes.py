"""An index that changes: documents come, others go, and one build anew puts all of it in order.

What an index holds stays where it is. Added documents are a second part, made anew with each addition; what
was removed is a list of numbers. So a change costs what was added so far, and the copy of a file.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from nlp.errors import InputError
from nlp.search.analysis import Analyzer
from nlp.search.documents import Document
from nlp.search.files import ADDED, Arrays, Building, save_index
from nlp.search.index import Index
from nlp.search.parts import names_of_part
from nlp.storage.model_file import BinaryWriter, ModelFile

_AT_ONCE = 1 << 10  # documents


class Changes:
    """What is to become of an index, which was read from a `file`. `directory` is for temporary storage."""

    def __init__(
        self, file: ModelFile, index: Index, analyzer: Analyzer, directory: str | os.PathLike[str]
    ) -> None:
        self._file, self._index, self._analyzer, self._directory = file, index, analyzer, directory
        self._numbers = dict(zip(index.ids(), index.numbers(), strict=True))
        self._gone = set(index.removed.tolist())
        self._new: Building | None = None

    def __len__(self) -> int:
        """How many documents there will be."""
        return len(self._numbers)

    @property
    def last(self) -> int:
        """The highest number that is the id of a document; 0 if none is."""
        return max((int(name) for name in self._numbers if name.isascii() and name.isdecimal()), default=0)

    def remove(self, names: Collection[str]) -> None:
        """Take out the documents of these ids. Raises: InputError for one that is not there."""
        for name in names:
            if name not in self._numbers:
                raise InputError(f"no document has the id {name!r}", path=self._file.path)
            self._gone.add(self._numbers.pop(name))

    def add(self, documents: Sequence[Document]) -> None:
        """Take further documents; one with the id of another takes its place, at the end."""
        building = self._new or self._begun()
        first = len(self._index.parts[0]) + len(building)
        for number, document in enumerate(documents, first):
            if document.id in self._numbers:
                self._gone.add(self._numbers[document.id])
            self._numbers[document.id] = number
        building.add(documents)

    def save(self, writer: BinaryWriter) -> None:
        """Write the index as it is then. Raises: ModelError for a damaged one; OSError from the writer."""
        kept = names_of_part()
        if self._new is None and len(self._index.parts) > 1:
            kept += names_of_part(ADDED)
        arrays: Arrays = {name: self._file.unchecked(name) for name in kept}
        sums = {name: self._file.metadata["arrays"][name]["sha256"] for name in kept}
        if self._new is not None:
            arrays |= self._new.arrays(ADDED)
        removed = np.array(sorted(self._gone), np.int32)
        save_index(writer, self._index.config, self._index.stopwords, arrays, sums, removed)

    def _begun(self) -> Building:
        """The second part, with the documents that it has so far and that are still there."""
        self._new = Building(self._analyzer, self._directory)
        first = len(self._index.parts[0])
        old = [number for number in self._numbers.values() if number >= first]
        self._gone = {number for number in self._gone if number < first}
        for some in in_batches(self._index, old):
            self._numbers |= {one.id: number for number, one in enumerate(some, first + len(self._new))}
            self._new.add(some)
        return self._new


def compacted(index: Index, analyzer: Analyzer, directory: str | os.PathLike[str]) -> Building:
    """An index of the same documents, built anew in their order."""
    building = Building(analyzer, directory)
    for some in in_batches(index, index.numbers()):
        building.add(some)
    return building


def in_batches(index: Index, numbers: Sequence[int]) -> Iterator[list[Document]]:
    """The documents of these numbers, some at a time."""
    for start in range(0, len(numbers), _AT_ONCE):
        yield [index.document(number) for number in numbers[start : start + _AT_ONCE]]
