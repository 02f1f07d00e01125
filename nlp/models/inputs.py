"""The rows of the input matrix that stand for a word: its own alone, or its own and those of its n-grams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from nlp.layers.scatter import RowGroups

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats, Ids
    from nlp.models.subwords import SubwordTable
    from nlp.training.synchronous import RowUpdates


class Inputs(Protocol):
    """How a chunk reads and moves input vectors.

    Attributes: `matrix` of the parameters; `rows`, the most that a chunk moves.
    """

    matrix: Floats
    rows: int

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Write the input vectors of the words over `vectors` (N, D)."""

    def gradients(self, updates: RowUpdates) -> Floats:
        """Return where the gradients of these vectors are to be written (N, D)."""

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Fill `updates` once the gradients are there; `pairs` (N,) of each word."""


class WordInputs:
    """One row for each word."""

    def __init__(self, matrix: Floats, places: int) -> None:
        self.matrix, self.rows = matrix, places

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Gather: see `Inputs`."""
        # mode="clip" spares a copy that NumPy's own bounds check would make with `out`.
        self.matrix.take(words, axis=0, out=vectors, mode="clip")

    def gradients(self, updates: RowUpdates) -> Floats:
        """Return the updates' own array."""
        return updates.gradients

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Name the rows."""
        updates.rows[:], updates.pairs[:] = words, pairs


class SubwordInputs:
    """The mean of a word's own row and its n-grams' rows.

    A row takes the whole gradient of the mean, as in fastText, and not its part 1/c of it, c being the rows
    of the word: the descent has a rate c times as high in these directions, so that the word's vector moves
    as far as it would without subwords.

    Frequent n-grams would hardly move if every pair of every word they are in counted in full against the
    stability of a step, where most rows of the words are rare, and move them little. So the pairs of a word
    count by the part of its rows that are frequent, `counted` (V,); where all are, in full.
    """

    def __init__(self, matrix: Floats, places: int, table: SubwordTable, counted: Floats) -> None:
        self.matrix, self.rows = matrix, places * table.most
        self._table, self._counted = table, counted
        self._gradients = np.empty((places, matrix.shape[1]), matrix.dtype)

    def look_up(self, words: Ids, vectors: Floats) -> None:
        """Compose each distinct word once: see `Inputs`."""
        distinct, place = np.unique(words, return_inverse=True)
        self._table.compose(self.matrix, distinct).take(place, axis=0, out=vectors, mode="clip")

    def gradients(self, updates: RowUpdates) -> Floats:  # noqa: ARG002 - they are of words, not yet of rows
        """Return an array that `finish` reads."""
        return self._gradients

    def finish(self, words: Ids, pairs: Floats, updates: RowUpdates) -> None:
        """Sum by word, then hand the sum to every row of the word."""
        groups = RowGroups.of(words)
        rows, ends = self._table.members(groups.rows)
        owner = np.repeat(np.arange(len(groups.rows)), np.diff(ends))
        used = len(rows)
        updates.rows[:used], updates.rows[used:] = rows, -1
        groups.sum(self._gradients).take(owner, axis=0, out=updates.gradients[:used], mode="clip")
        of_words = groups.sum_scalars(pairs) * self._counted.take(groups.rows)
        of_words.take(owner, out=updates.pairs[:used], mode="clip")
