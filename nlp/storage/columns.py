"""Columns of numbers that grow by blocks, in memory or in temporary storage, and are read some at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nlp.storage.temporary import UnnamedFile

Numbers = NDArray[Any]


class Slices(Protocol):
    """Numbers of which some are read at a time: an array, or a column."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, part: slice, /) -> Numbers:
        """Those of a slice, whose step is 1; they are not to be changed."""


class Column(Slices, Protocol):
    """Numbers of one type, behind which more are put."""

    def append(self, block: Numbers) -> None:
        """Put more numbers behind those there are; the block is the column's from now on."""

    def write(self, start: int, block: Numbers) -> None:
        """Put numbers in the place of those from `start` on."""

    def array(self) -> Numbers:
        """All of it as one array; that of a column in storage is memory-mapped."""


class MemoryColumn:
    """A column in memory."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._blocks = [np.zeros(0, dtype)]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> Numbers:
        return self.array()[part]

    def append(self, block: Numbers) -> None:
        """Keep the block itself, in the type of the column."""
        self._blocks.append(block.astype(self._blocks[0].dtype, copy=False))
        self._size += len(block)

    def write(self, start: int, block: Numbers) -> None:
        """Put numbers in the place of those from `start` on."""
        self.array()[start : start + len(block)] = block

    def array(self) -> Numbers:
        """All of it; blocks are joined where there are several."""
        filled = [block for block in self._blocks if len(block)]
        if len(self._blocks) > 1:
            self._blocks = filled if len(filled) == 1 else [np.concatenate(self._blocks)]
        return self._blocks[0]


class StoredColumn:
    """A column in temporary storage, raw numbers one after another. Raises: OSError where that is full."""

    def __init__(self, storage: UnnamedFile, dtype: DTypeLike) -> None:
        self._storage, self._dtype = storage, np.dtype(dtype)

    def __len__(self) -> int:
        return self._storage.size // self._dtype.itemsize

    def __getitem__(self, part: slice, /) -> Numbers:
        start, stop, _ = part.indices(len(self))
        width = self._dtype.itemsize
        return np.frombuffer(self._storage.read(width * start, width * max(stop - start, 0)), self._dtype)

    def append(self, block: Numbers) -> None:
        """Write the block, in the type of the column."""
        self.write(len(self), block)

    def write(self, start: int, block: Numbers) -> None:
        """Put numbers in the place of those from `start` on."""
        data = np.ascontiguousarray(block, self._dtype).view(np.uint8)
        self._storage.write(self._dtype.itemsize * start, data.data)

    def array(self) -> Numbers:
        """All of it, memory-mapped: pages of it that were read can be given up at any time."""
        return self._storage.mapped(self._dtype.str)


@dataclass(frozen=True)
class Room:
    """Where columns are kept, and how many of their numbers are in memory at a time.

    Attributes: `at_once`, so many numbers; `directory` of the temporary storage, None for columns in memory.
    """

    at_once: int = sys.maxsize
    directory: str | os.PathLike[str] | None = None

    def column(self, dtype: DTypeLike, *blocks: Numbers) -> Column:
        """A column that begins with these blocks."""
        column: Column = (
            MemoryColumn(dtype)
            if self.directory is None
            else StoredColumn(UnnamedFile(self.directory), dtype)
        )
        for block in blocks:
            column.append(block)
        return column

    def spans(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield start and end of each stretch of `size` numbers that is in memory at a time."""
        return spans(size, self.at_once)

    def blocks(self, column: Slices) -> Iterator[Numbers]:
        """Yield the numbers of a column, so many as may be in memory at a time."""
        return (column[start:end] for start, end in self.spans(len(column)))


IN_MEMORY = Room()
"""Room without end: all of every column is at hand."""


def spans(size: int, at_once: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each stretch of `at_once` of `size` numbers; the last one may be shorter."""
    for start in range(0, size, at_once):
        yield start, min(start + at_once, size)
