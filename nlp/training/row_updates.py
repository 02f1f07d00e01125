"""One step of a model whose gradients touch few rows: gradients of chunks, summed by row and applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.layers.scatter import RowGroups
from nlp.parallel.team import shared_array


@dataclass(frozen=True)
class RowUpdates:
    """Gradients of rows of one matrix: `gradients` (N, D), of the rows numbered `rows` (N,).

    A row may occur several times. `pairs` (N,) are the numbers of pairs that each gradient is summed over.
    """

    rows: Ids
    gradients: Floats
    pairs: Floats

    @classmethod
    def shared(cls, count: int, dim: int) -> RowUpdates:
        """Room for `count` rows that all workers of a team see."""
        return cls(shared_array((count,), np.int32), shared_array((count, dim)), shared_array((count,)))

    def part(self, number: int, count: int) -> RowUpdates:
        """Return the `number`-th stretch of `count` rows, as views."""
        rows = slice(number * count, (number + 1) * count)
        return RowUpdates(self.rows[rows], self.gradients[rows], self.pairs[rows])


@dataclass(frozen=True)
class StepPlan:
    """How the tokens of an epoch are cut into steps; it affects the result, so no machine may change it.

    Attributes: `chunk_tokens`, centers of a chunk; `chunks` of a step.
    """

    chunk_tokens: int
    chunks: int

    @property
    def step_tokens(self) -> int:
        """Centers of a step."""
        return self.chunk_tokens * self.chunks


def update_tasks(rows: Sequence[int], workers: int) -> list[tuple[int, int, int]]:
    """Divide the updates of matrices, `rows` of each, among workers: (matrix, part, parts), most rows first.

    Since each part has a fixed cost, there are only as many as keep the workers about equally busy.
    """
    parts = [max(1, round(workers * of_matrix / sum(rows))) for of_matrix in rows]
    by_size = sorted(range(len(rows)), key=lambda number: -rows[number] / parts[number])
    return [(number, part, parts[number]) for number in by_size for part in range(parts[number])]


def apply_rows(
    matrix: Floats, updates: RowUpdates, rate: float, stability: float, part: int = 0, parts: int = 1
) -> tuple[Integers | slice, Floats]:
    """Descend along the summed gradients of one part of the rows.

    Plain stochastic gradient descent moves a row once for each pair, with the gradient at its new place each
    time. Here the gradients of many pairs are taken at the same place: for rows of frequent words the sum of
    so many moves would overshoot, so their rate is lowered.

    Equation: w_r -= min(rate, stability / n_r) Σ_{i: rows_i = r} g_i,   n_r the pairs summed in row r

    Returns: the rows r, and for each its rate times its pairs
    """
    step, pairs, rows = _sum_by_row(updates, len(matrix), part, parts)
    some_pairs = np.maximum(pairs, np.finfo(np.float32).tiny)
    rates = np.minimum(np.float32(rate), np.float32(stability) / some_pairs)
    step *= rates[:, None]
    if isinstance(rows, slice):
        matrix[rows] -= step
    else:
        moved = matrix.take(rows, axis=0)
        moved -= step
        matrix[rows] = moved  # a third faster than `matrix[rows] -= step`
    return rows, rates * pairs


def _sum_by_row(
    updates: RowUpdates, size: int, part: int, parts: int
) -> tuple[Floats, Floats, Integers | slice]:
    """Sum one part of the rows of a matrix of `size`: gradients (R, D), pairs (R,), and which rows."""
    if len(updates.rows) % size == 0 and (updates.rows.reshape(-1, size) == np.arange(size)).all():
        mine = slice(part * size // parts, (part + 1) * size // parts)  # each chunk has all rows, in order
        gradients = updates.gradients.reshape(-1, size, updates.gradients.shape[1])[:, mine]
        return gradients.sum(axis=0), updates.pairs.reshape(-1, size)[:, mine].sum(axis=0), mine
    groups = RowGroups.of(updates.rows, part, parts)
    return groups.sum(updates.gradients), groups.sum_scalars(updates.pairs), groups.rows
