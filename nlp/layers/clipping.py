"""Gradient clipping: what keeps one exploding gradient from undoing a training."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats


def norm_of_squares(squares: npt.NDArray[np.float64]) -> float:
    """Norm of a gradient whose squares were summed block by block; the sum of the blocks is exactly rounded.

    Equation: ‖g‖ = √(Σ_b Σ_{i in block b} g_i²)
    Shapes:   squares (blocks,), the inner sums
    """
    total = math.fsum(squares) if np.isfinite(squares).all() else float(squares.sum())
    return math.sqrt(total)


def norm_factor(norm: float, limit: float) -> float:
    """The factor that brings a gradient of norm `norm` down to `limit`, keeping its direction; 1 at most.

    Equation: g ← g min(1, limit / ‖g‖),   g all gradients of a model as one vector
    Source:   Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", §3.2
    """
    return limit / norm if norm > limit else 1.0


def clip_value_(gradient: Floats, limit: float) -> None:
    """Bring every value into [-limit, limit] in place; unlike `norm_factor`, this can change the direction.

    Source: Mikolov 2012, "Statistical language models based on neural networks"
    """
    np.clip(gradient, -limit, limit, out=gradient)
