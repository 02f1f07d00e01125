"""Arrays that are too large to be checked when a model is opened: their pages are, when they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.storage.model_file import Bytes, ModelFile

PAGE_BYTES = 1 << 16
"""What is checked at once: a sixteenth of a millisecond's work, and 32 bytes of a model for each."""

_SUM_BYTES = 32


def sums_of_pages(arrays: Iterable[NDArray[Any]]) -> Bytes:
    """The SHA-256 of each page of each array, one behind the other."""
    sums = [
        hashlib.sha256(data[start : start + PAGE_BYTES].data).digest()
        for data in (np.ascontiguousarray(array).reshape(-1).view(np.uint8) for array in arrays)
        for start in range(0, len(data), PAGE_BYTES)
    ]
    return np.frombuffer(b"".join(sums), np.uint8)


class PagedArray:
    """One array (N,) of a model file, memory-mapped; a page of it is checked before it is first read."""

    def __init__(self, file: ModelFile, name: str, sums: Bytes) -> None:
        self._file, self._name, self._sums = file, name, sums
        self._array = file.unchecked(name)
        self._data = self._array.view(np.uint8)
        self._checked = bytearray(len(sums) // _SUM_BYTES)

    @property
    def dtype(self) -> str:
        """The type of the items."""
        return self._array.dtype.str

    def __len__(self) -> int:
        return len(self._array)

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """The items from `start` up to `stop`. Raises: ModelError if they are absent or damaged."""
        if not 0 <= start <= stop <= len(self._array):
            raise self._file.unusable(f"its {self._name} have no items from {start} to {stop}")
        width = self._array.itemsize
        for page in range(start * width // PAGE_BYTES, -(-stop * width // PAGE_BYTES)):
            if not self._checked[page]:
                self._check(page)
        return self._array[start:stop]

    def all(self) -> NDArray[Any]:
        """All items."""
        return self.read(0, len(self))

    def _check(self, page: int) -> None:
        data = self._data[page * PAGE_BYTES : (page + 1) * PAGE_BYTES]
        if (
            hashlib.sha256(data.data).digest()
            != self._sums[page * _SUM_BYTES : (page + 1) * _SUM_BYTES].tobytes()
        ):
            raise self._file.changed(self._name)
        self._checked[page] = True


def paged_arrays(file: ModelFile, names: Sequence[str], sums_name: str) -> dict[str, PagedArray]:
    """The arrays of these names, whose `sums_of_pages` are another array. Raises: ModelError."""
    sums = file.array(sums_name)
    if sums.dtype != np.uint8 or sums.ndim != 1:
        raise file.unusable(f"its {sums_name} are {sums.dtype} of shape {sums.shape}")
    found, end = {}, 0
    for name in names:
        array = file.unchecked(name)
        if array.ndim != 1:
            raise file.unusable(f"its {name} are of shape {array.shape}")
        start, end = end, end + -(-array.nbytes // PAGE_BYTES) * _SUM_BYTES
        found[name] = PagedArray(file, name, sums[start:end])
    if end != len(sums):
        raise file.unusable(f"its {sums_name} are those of other arrays")
    return found
