"""Sums of gradients by row: the backward pass of every lookup, fast and in a fixed order.

`np.add.at` adds one row at a time, and `np.add.reduceat` needs all rows moved into sorted order first. Here
the first occurrences of all distinct rows are taken at once, then all second occurrences, and so on: a few
large array operations, because few rows occur often. Those that do are summed each on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers

_ZERO = np.zeros(1, np.int64)
_LARGEST_INT16 = 2**15 - 1
# A row that occurs more often than this is summed by a call of its own, which adds in another order. So the
# limit is a constant: were it chosen by what other rows there are, a row's sum would depend on how the rows
# are divided among workers.
_FREQUENT = 24


@dataclass(frozen=True)
class RowGroups:
    """Where each distinct row occurs in a list of rows, most frequent row first.

    Attributes: `rows` (R,), the distinct rows; `first` and `count` (R,): `rows[r]` occurs at the places
    `order[first[r] : first[r] + count[r]]` of the list, in rising order; `by_count` (R,), the sort by count:
    `rows[r]` is number `by_count[r]` of the distinct rows in rising order.
    """

    rows: Integers
    order: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    by_count: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Integers, part: int = 0, parts: int = 1) -> Self:
        """Group `rows` (N,), each in [0, 2³¹), or -1 for a place that has none.

        With several `parts`, group only the rows r with r mod `parts` = `part`. The parts share no row, cover
        all of them, and are about equal work where the lowest numbers are the most frequent rows.
        """
        # One sort of (row, position) pairs packed in int64: no ties, so NumPy's fastest sort will do,
        # several times as fast as a stable argsort.
        places = _places(rows, part, parts)
        packed = rows[places].astype(np.int64) << 32
        packed |= places
        packed.sort()
        order, packed = packed & 0xFFFFFFFF, packed >> 32
        starts = np.flatnonzero(packed[1:] != packed[:-1]) + 1
        first = np.concatenate((_ZERO, starts))[: len(places)]
        count = np.diff(first, append=len(places))
        # NumPy sorts 16-bit integers by radix, in a tenth of the time, so counts are capped at 2¹⁵ - 1: the
        # order of rows that occur more often than that among themselves does not matter.
        by_count = (-np.minimum(count, _LARGEST_INT16)).astype(np.int16).argsort(kind="stable")
        first = first[by_count]
        return cls(packed[first], order, first, count[by_count], by_count)

    def sum(self, values: Floats) -> Floats:
        """Sum the values of each distinct row.

        Equation: y_r = Σ_{n: rows_n = r} values_n, always added in the same order
        Shapes:   values (N, D) -> y (R, D)
        """
        sums = values.take(self.order[self.first], axis=0)
        # The first above[c] rows occur more than c times.
        above = (-self.count).searchsorted(-np.arange(_FREQUENT + 1), side="left").tolist()
        frequent = above[_FREQUENT]
        ones = np.ones(self.count.max(initial=0), values.dtype)
        for r, (first, count) in enumerate(zip(self.first[:frequent], self.count[:frequent], strict=True)):
            occurrences = self.order[first : first + count]
            np.dot(ones[:count], values.take(occurrences, axis=0), out=sums[r])  # faster than sum()
        for rank in range(1, _FREQUENT):
            end = above[rank]
            if end == frequent:
                break
            sums[frequent:end] += values.take(self.order[self.first[frequent:end] + rank], axis=0)
        return sums

    def sum_scalars(self, values: Floats) -> Floats:
        """Sum one number for each occurrence.

        Shapes: values (N,) -> y (R,)
        """
        first = np.empty_like(self.first)
        first[self.by_count] = self.first
        sums: Floats = np.add.reduceat(values[self.order], first)[self.by_count]
        return sums


def _places(rows: Integers, part: int, parts: int) -> npt.NDArray[np.int64]:
    """Where in the list the rows of a part stand."""
    if parts > 1:
        return np.flatnonzero((rows % rows.dtype.type(parts) == part) & (rows >= 0))
    return np.flatnonzero(rows >= 0) if rows.min(initial=0) < 0 else np.arange(len(rows))
