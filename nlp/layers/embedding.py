"""Embedding lookup, and the one-hot vectors that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.layers.scatter import RowGroups

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats


def one_hot(
    ids: npt.NDArray[np.integer[Any]], size: int, dtype: npt.DTypeLike = np.float32
) -> npt.NDArray[Any]:
    """One row for each id: 1 at the id, 0 elsewhere.

    Equation: y_nv = [v = ids_n]
    Shapes:   ids (N,) int in [0, size) -> y (N, size)
    Raises:   IndexError if an id is outside [0, size)
    Source:   Jurafsky & Martin, Speech and Language Processing, 3rd ed., §6.2
    """
    _check_range(ids, size)
    y = np.zeros((len(ids), size), dtype)
    y[np.arange(len(ids)), ids] = 1
    return y


def embedding_forward(E: Floats, ids: npt.NDArray[np.integer[Any]]) -> Floats:
    """Rows of the embedding matrix.

    Equation: y = onehot(ids) E, without the product: only one factor of each sum is not zero
    Shapes:   E (V, D); ids (N,) int in [0, V) -> y (N, D)
    Raises:   IndexError if an id is outside [0, V)
    """
    _check_range(ids, len(E))
    return E.take(ids, axis=0)


def embedding_backward(dE: Floats, dy: Floats, ids: npt.NDArray[np.integer[Any]]) -> None:
    """Add the gradient to the rows that were looked up; an id that occurs twice gets both.

    Equation: dE += onehot(ids)ᵀ dy
    Shapes:   dE (V, D), added to in place; dy (N, D); ids (N,) int in [0, V)
    Raises:   IndexError if an id is outside [0, V)
    """
    _check_range(ids, len(dE))
    if not len(ids):
        return
    groups = RowGroups.of(ids)
    dE[groups.rows] += groups.sum(dy)


def _check_range(ids: npt.NDArray[np.integer[Any]], size: int) -> None:
    """Refuse a negative id too, which NumPy would count from the end."""
    if len(ids) and (ids.min() < 0 or ids.max() >= size):
        wrong = ids[(ids < 0) | (ids >= size)][0]
        message = f"id {wrong} is outside [0, {size})"
        raise IndexError(message)
