"""The array types that the model layer passes around, by name, and the check that ids are row numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
"""float32 in training, float64 under a gradient check."""

Tensors: TypeAlias = Mapping[str, Floats]
"""The tensors of a layer, or their gradients, by name."""

Ids: TypeAlias = npt.NDArray[np.int32]
"""Row numbers: word numbers, tree nodes, n-gram buckets."""

Indices: TypeAlias = npt.NDArray[np.int64]
"""Places in a text, lengths of its sentences, and numbers of these."""

Integers: TypeAlias = npt.NDArray[np.integer[Any]]
"""Whole numbers of any width."""


def check_ids(ids: Integers, size: int) -> None:
    """Refuse an id outside [0, size); a negative one, too, which NumPy would count from the end.

    Raises: IndexError, naming the first such id
    """
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        wrong = ids[(ids < 0) | (ids >= size)][0]
        raise IndexError(f"id {wrong} is outside [0, {size})")
