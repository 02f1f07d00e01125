"""Labelled sentences as a training reads them: which rows of the table each place uses, and its label."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.tagging.hashing import Hashes

Rows = npt.NDArray[np.int32]

NOTHING = 0
"""The row of a feature that never occurred in the training text, or is left out: its weights stay 0."""


@dataclass(frozen=True)
class Examples:
    """N places of sentences, one sentence after another.

    Attributes: `rows` (K, N), the row of each of K templates at each place; `labels` (N,); `lengths` of the
    sentences, all above 0.
    """

    rows: Rows
    labels: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]


class Table:
    """Which buckets occurred in the training text, and so have a row. Attributes: `used`, rising."""

    def __init__(self, used: npt.NDArray[np.int64], bits: int) -> None:
        self.used, self.bits = used, bits
        self._row = np.zeros(1 << bits, np.int32)
        self._row[used] = np.arange(1, len(used) + 1)

    @classmethod
    def of(cls, found: npt.NDArray[np.uint32], bits: int) -> Table:
        """The table of all buckets in `found`."""
        seen = np.zeros(1 << bits, np.bool_)
        seen[found.reshape(-1)] = True
        return cls(np.flatnonzero(seen), bits)

    @property
    def height(self) -> int:
        """How many rows there are, that of nothing among them."""
        return len(self.used) + 1

    def rows(self, found: npt.NDArray[np.uint32]) -> Rows:
        """The row of each bucket."""
        return self._row.take(found)


def stacked(templates: Iterable[Hashes], places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """The buckets (K, N) that K templates give the N places."""
    return np.stack([found.take(places) for found in templates])


def summed(weights: Floats, rows: Rows) -> Floats:
    """The sums of the rows of K templates, added one after another: (R, L), (K, …) -> (…, L)."""
    total: Floats = weights.take(rows[0], axis=0)
    for template in rows[1:]:
        total += weights.take(template, axis=0)
    return total
