"""Rotary positions: a query and a key are turned by where they stand, so that scores know their distance."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats

Turns: TypeAlias = npt.NDArray[np.complexfloating[Any, Any]]

_BASE = 10_000.0


def rotary_turns(steps: int, width: int, dtype: npt.DTypeLike) -> Turns:
    """By which angle each pair of numbers is turned at each place, as numbers on the unit circle.

    Equation: y_tj = exp(i t θ_j),   θ_j = 10000^(-2j/d)
    Shapes:   -> (T, d/2), complex of the precision of `dtype`
    Raises:   ValueError if the width d is odd
    Source:   Su, Lu, Pan, Murtadha, Wen & Liu 2021, "RoFormer: enhanced transformer with rotary position
              embedding", §3.2.2
    """
    if width % 2:
        raise ValueError(f"a head of {width} numbers cannot be turned in pairs")
    angles = np.arange(steps)[:, None] * _BASE ** (-np.arange(0, width, 2) / width)
    turns: Turns = np.exp(1j * angles).astype(np.result_type(dtype, np.complex64))
    return turns


def rotary_(x: Floats, turns: Turns) -> Floats:
    """Turn neighbouring numbers, as pairs, in place; return x. The way back is by the conjugate turns.

    A product of a query and a key that were both turned depends on the distance of their places alone.

    Equation: x_t,2j + i x_t,2j+1 ← y_tj (x_t,2j + i x_t,2j+1)
    Shapes:   x (B, T, …, d), its last axis contiguous; turns (T, d/2)
    """
    pairs = x.view(turns.dtype)
    pairs *= turns.reshape(len(turns), *(1,) * (x.ndim - 3), turns.shape[1])
    return x
