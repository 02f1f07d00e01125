"""Muon: every direction of a matrix is moved by the same length."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.layers.parameters import Shapes
from nlp.layers.workspace import Workspace
from nlp.training.optimizers.adam import FLOOR
from nlp.training.optimizers.adamw import AdamW
from nlp.training.optimizers.optimizer import Step, blocks_of, in_tasks

_OF_ADAM = 0.3  # of the learning rate, for what AdamW moves
_MOMENTUM = 0.95
_ROUNDS = 5
_FIRST, _THIRD, _FIFTH = 3.4445, -4.7750, 2.0315
_EPSILON = 1e-7


class Muon(AdamW):
    """Muon, for the tensors of these `shapes`, one after the other; those called `E` are embeddings.

    A matrix moves along its momentum, made about orthogonal, so that directions which few examples ask for
    are learnt as fast as those of all; so does each matrix of a stack, as a recurrent cell has one for each
    gate. Embeddings and vectors are moved by AdamW, at a smaller rate.

    Equation: m = μ m + (1 - μ) s g,   u = μ m + (1 - μ) s g,   s of `Step`, μ = 0.95
              w -= lr (√max(1, rows / columns) orthogonal(u) + λ w), λ is `decay`
    Source:   Jordan 2024, "Muon: an optimizer for hidden layers in neural networks"
    """

    def __init__(self, shapes: Shapes, dtype: npt.DTypeLike = np.float32, decay: float = 0.0) -> None:
        super().__init__(shapes, dtype, decay)
        self._workspace = Workspace(dtype)
        self._matrices: dict[tuple[int, int], tuple[int, int]] = {}
        tasks: list[list[slice]] = []
        others: list[slice] = []
        start = 0
        for name, shape in shapes.items():
            end = start + prod(shape)
            if len(shape) > 1 and name.rpartition(".")[2] != "E":
                rows, columns = shape[-2:]
                for first in range(start, end, rows * columns):
                    self._matrices[first, first + rows * columns] = rows, columns
                    tasks.append([slice(first, first + rows * columns)])
            else:
                others += blocks_of(start, end)
            start = end
        self.tasks = [*tasks, *in_tasks(others)]

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Move a whole matrix along its momentum, or a slice of another tensor as `AdamW` does."""
        shape = self._matrices.get((part.start, part.stop))
        if shape is None:
            rate = step.rate * _OF_ADAM
            super().update_(part, weights, gradient, scratch, Step(rate, step.scale, step.number))
            return
        momentum = self.state["m"][part]
        gradient *= (1 - _MOMENTUM) * step.scale
        gradient += FLOOR
        momentum *= _MOMENTUM
        momentum += gradient
        gradient += np.multiply(momentum, _MOMENTUM, out=scratch)
        along = orthogonalised(gradient.reshape(shape), self._workspace)
        weights *= 1 - step.rate * self.decay
        along *= step.rate * max(1.0, shape[0] / shape[1]) ** 0.5
        weights -= along.reshape(-1)


def orthogonalised(x: Floats, workspace: Workspace) -> Floats:
    """A matrix with the singular vectors of x, and singular values from about 0.7 to 1.2; x is overwritten.

    Equation: X = x / ‖x‖, five times X ← (a + b X Xᵀ + c (X Xᵀ)²) X; the singular values s go the way
              s ← a s + b s³ + c s⁵, which brings all but the smallest close to 1
    Shapes:   x (D, H) -> (D, H), a buffer of `workspace` or a view of one
    Source:   Jordan 2024 (the coefficients)
    """
    tall = x.shape[0] > x.shape[1]
    rows, columns = sorted(x.shape)
    one, other = (workspace(name, rows, columns) for name in ("one", "other"))
    square, polynomial = (workspace(name, rows, rows) for name in ("square", "polynomial"))
    np.multiply(x.T if tall else x, 1 / (float(np.linalg.norm(x)) + _EPSILON), out=one)
    for _ in range(_ROUNDS):
        np.matmul(one, one.T, out=square)
        np.matmul(square, square, out=polynomial)
        polynomial *= _FIFTH
        square *= _THIRD
        polynomial += square
        np.matmul(polynomial, one, out=other)
        one *= _FIRST
        one += other
    return one.T if tall else one
