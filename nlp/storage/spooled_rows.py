"""Rows of numbers that are larger than memory, read again some at a time."""

from __future__ import annotations

import os

import numpy as np

from nlp.layers.arrays import Floats
from nlp.storage.temporary import UnnamedFile

_BYTES = 4  # of a float32


class SpooledRows:
    """Rows (N, D) of float32, in temporary storage in `directory`. Raises: OSError where that is full."""

    def __init__(self, directory: str | os.PathLike[str], dim: int) -> None:
        self._storage = UnnamedFile(directory)
        self._row = dim * _BYTES

    def append(self, rows: Floats) -> None:
        """Keep more rows (M, D), behind those there are."""
        self._storage.append(np.ascontiguousarray(rows, "<f4").tobytes())

    def __len__(self) -> int:
        return self._storage.size // self._row

    def __getitem__(self, part: slice) -> Floats:
        """The rows of a slice, whose step is 1."""
        start, stop, _ = part.indices(len(self))
        data = self._storage.read(start * self._row, max(stop - start, 0) * self._row)
        return np.frombuffer(data, "<f4").reshape(-1, self._row // _BYTES)
