"""Embedding lookup, and the one-hot vectors that it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Integers, check_ids
from nlp.layers.scatter import RowGroups
from nlp.layers.workspace import Workspace


def one_hot(ids: Integers, size: int, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """One row for each id: 1 at the id, 0 elsewhere.

    Equation: y_nv = [v = ids_n]
    Shapes:   ids (N,) int in [0, size) -> y (N, size)
    Raises:   IndexError if an id is outside [0, size)
    Source:   Jurafsky & Martin, Speech and Language Processing, 3rd ed. (neural language models)
    """
    check_ids(ids, size)
    y = np.zeros((len(ids), size), dtype)
    y[np.arange(len(ids)), ids] = 1
    return y


def embedding_forward(E: Floats, ids: Integers, workspace: Workspace | None = None) -> Floats:
    """Rows of the embedding matrix.

    Equation: y = onehot(ids) E, which is a lookup: row n of the product is row ids_n of E
    Shapes:   E (V, D); ids (…) int in [0, V) -> y (…, D), a buffer of `workspace` if there is one
    Raises:   IndexError if an id is outside [0, V)
    """
    check_ids(ids, len(E))
    out = None if workspace is None else workspace("x", *ids.shape, E.shape[1])
    return E.take(ids, axis=0, out=out, mode="clip")  # "raise", the default, would copy `out`


def embedding_backward(dE: Floats, dy: Floats, ids: Integers) -> None:
    """Add the gradient to the rows that were looked up; an id that occurs twice gets both.

    Equation: dE += onehot(ids)ᵀ dy
    Shapes:   dE (V, D), added to in place; dy (N, D); ids (N,) int in [0, V)
    Raises:   IndexError if an id is outside [0, V)
    """
    check_ids(ids, len(dE))
    if not len(ids):
        return
    groups = RowGroups.of(ids)
    dE[groups.rows] += groups.sum(dy)
