"""Documents: what is found, with the name that a user knows each by."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.storage.temporary import UnnamedFile

Fields = Mapping[str, Any]


class Document(NamedTuple):
    """A text, its `id`, and the other fields of its record, of types that JSON has."""

    id: str
    text: str
    fields: Fields = MappingProxyType({})


COLUMNS = ("texts", "ids", "fields")
"""The arrays of bytes that documents are kept as; beside each is one that tells where each document's end."""


class DocumentStore:
    """Documents on their way into an index, in temporary storage in `directory`.

    Raises: OSError where that is full
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._storage = [UnnamedFile(directory) for _ in COLUMNS]
        self._ends = [array("q") for _ in COLUMNS]

    def append(self, documents: Sequence[Document]) -> None:
        """Keep documents behind those there are."""
        for number, (storage, ends) in enumerate(zip(self._storage, self._ends, strict=True)):
            data = [_column(document, number) for document in documents]
            end = storage.size
            for one in data:
                end += len(one)
                ends.append(end)
            storage.append(b"".join(data))

    def __len__(self) -> int:
        return len(self._ends[0])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of all documents; see `COLUMNS`."""
        found: dict[str, NDArray[Any]] = {}
        for name, storage, ends in zip(COLUMNS, self._storage, self._ends, strict=True):
            found[name] = storage.mapped("|u1")
            found[ends_of(name)] = np.array(ends, np.int64)
        return found


def ends_of(column: str) -> str:
    """The name of the array that tells where the items of a column end."""
    return f"{column.removesuffix('s')}_ends"


def _column(document: Document, number: int) -> bytes:
    if number < 2:
        return (document.id if number else document.text).encode("utf-8", "surrogatepass")
    if not document.fields:
        return b""
    told = json.dumps(document.fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return told.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """The text of a column. Raises: UnicodeDecodeError."""
    return data.decode("utf-8", "surrogatepass")
