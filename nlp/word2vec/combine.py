"""What becomes of the moves that several trainings made from the same weights: one move of each row.

Their sum is right where nothing has converged, and explodes where each of them has come to the end of its
way; their mean is right there, and stands still elsewhere. Which of both a row needs differs by direction:
all vectors share one in which the loss is steep, and no single factor of a row sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers
from nlp.parallel.team import shared_array

_CONFIDENCE = 3.0  # c of the equation, found by measurement
_BLOCK = 4096  # rows that are worked on at once, to save memory; their products depend on it in the last bits

Doubles = npt.NDArray[np.float64]


class Moves(NamedTuple):
    """How a training moved some rows of a matrix.

    Attributes: `rows` (R,), distinct; `deltas` (R, D), what was added to each; `pulls` (R,), the sum of its
    learning rates times the pairs that each was for.
    """

    rows: Integers
    deltas: Floats
    pulls: Floats


class DampedSum:
    """A sum of moves of a matrix (V, D) in float64, taken in the order in which they come.

    A quadratic loss of curvature λ in some direction draws a row by 1 - e^(-ρλ) of the way that is left, ρ
    its pulls. What n trainings did with ρ / n each, one with ρ would have done with the factor a.

    Equation: ΔW_r = [(Σ Δ_r Q) ⊙ a_r] Qᵀ,   a_rj = (1 - e^(-cρ_r λ_j)) / (n_r (1 - e^(-cρ_r λ_j / n_r))),
              C = Q Λ Qᵀ the curvature, ρ_r the sum of the pulls, n_r the number of moves of row r, c = 3

    So many rows as `block` says are worked on at once.
    """

    def __init__(self, rows: int, dim: int, block: int = _BLOCK) -> None:
        self._block = block
        self._total: Doubles = shared_array((rows, dim), np.float64)
        self._count: Doubles = shared_array((rows,), np.float64)
        self._pulls: Doubles = shared_array((rows,), np.float64)

    def clear_(self) -> None:
        """Begin a new sum."""
        for array in (self._total, self._count, self._pulls):
            array[...] = 0

    def add_(self, moves: Moves) -> None:
        """Add the moves of one training."""
        self._total[moves.rows] += moves.deltas
        self._count[moves.rows] += 1
        self._pulls[moves.rows] += moves.pulls

    def curvature(self, matrix: Floats, shares: Doubles) -> Doubles:
        """How steep the loss is, for vectors that meet rows of `matrix` as often as `shares` (V,) say.

        It is taken where the mean of the moves leads. Of the logistic loss of a pair, σ(z) (1 - σ(z)) is at
        most ¼.

        Equation: C = ¼ Σ_r s_r w_r w_rᵀ,   w_r = W_r + Σ Δ_r / n_r
        Shapes:   -> (D, D)
        """
        C = np.zeros((matrix.shape[1],) * 2)
        for part in self._blocks():
            w = matrix[part] + self._total[part] / np.maximum(self._count[part], 1)[:, None]
            C += (w.T * shares[part]) @ w
        return C / 4

    def move_(self, matrix: Floats, curvature: Doubles) -> None:
        """Move the rows of the matrix."""
        eigenvalues, Q = np.linalg.eigh(curvature)
        steepness = _CONFIDENCE * np.maximum(eigenvalues, 0)
        for part in self._blocks():
            rows = np.flatnonzero(self._count[part]) + part.start
            a = damping(self._pulls[rows, None] * steepness, self._count[rows, None])
            matrix[rows] += ((self._total[rows] @ Q) * a) @ Q.T

    def _blocks(self) -> Iterator[slice]:
        rows = len(self._count)
        return (slice(start, min(start + self._block, rows)) for start in range(0, rows, self._block))


def damping(way: Doubles, n: Doubles) -> Doubles:
    """What the sum of `n` moves is multiplied by: 1 for a short `way`, 1 / n for a long one.

    Equation: a = (1 - e^(-x)) / (n (1 - e^(-x/n))),   1 where x = 0
    """
    each = way / n
    far = each > 0
    return np.divide(np.expm1(-way), n * np.expm1(-each), out=np.ones_like(each), where=far)
