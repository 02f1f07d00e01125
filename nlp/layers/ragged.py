"""Batches of sequences of different lengths, side by side and sorted by falling length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def alive(active: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Whether a row has a place t, where the first `active[t]` of B rows do, and all have a first one.

    Shapes: active (T,) -> (T, B)
    """
    has_place: npt.NDArray[np.bool_] = np.arange(active[0]) < np.array(active)[:, None]
    return has_place
