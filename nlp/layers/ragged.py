"""Sequences of different lengths: one after another, or side by side and sorted by falling length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Indices


def alive(active: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Whether a row has a place t, where the first `active[t]` of B rows do, and all have a first one.

    Shapes: active (T,) -> (T, B)
    """
    has_place: npt.NDArray[np.bool_] = np.arange(active[0]) < np.array(active)[:, None]
    return has_place


def places_of(starts: Indices, lengths: Indices) -> Indices:
    """The places of sequences that begin at `starts`, one sequence after another.

    Shapes: (N,), (N,) -> (sum of the lengths,)
    """
    offsets = starts - (np.cumsum(lengths) - lengths)
    places: Indices = np.arange(lengths.sum()) + np.repeat(offsets, lengths)
    return places
