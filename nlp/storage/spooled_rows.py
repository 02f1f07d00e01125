"""Rows of numbers that are larger than memory, read again some at a time."""

from __future__ import annotations

import os

import numpy as np

from nlp.layers.arrays import Floats
from nlp.storage.columns import StoredColumn
from nlp.storage.temporary import UnnamedFile


class SpooledRows:
    """Rows (N, D) of float32, in temporary storage in `directory`. Raises: OSError where that is full."""

    def __init__(self, directory: str | os.PathLike[str], dim: int) -> None:
        self._numbers, self._dim = StoredColumn(UnnamedFile(directory), np.float32), dim

    def append(self, rows: Floats) -> None:
        """Keep more rows (M, D), behind those there are."""
        self._numbers.append(rows.reshape(-1))

    def __len__(self) -> int:
        return len(self._numbers) // self._dim

    def __getitem__(self, part: slice) -> Floats:
        """The rows of a slice, whose step is 1."""
        start, stop, _ = part.indices(len(self))
        return self._numbers[start * self._dim : max(start, stop) * self._dim].reshape(-1, self._dim)
