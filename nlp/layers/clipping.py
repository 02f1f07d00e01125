"""Gradient clipping: what keeps one exploding gradient from undoing a training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats

BLOCK = 1 << 16  # values whose squares are summed together, whoever sums them


def block_squares(gradient: Floats, part: int = 0, parts: int = 1) -> npt.NDArray[np.float64]:
    """Sums of squares of consecutive blocks of `BLOCK` values; of several `parts`, take one.

    Parts share whole blocks, so their results, one after the other, are the same bits as those of one part.

    Shapes: gradient (P,) -> (blocks of the part,)
    """
    blocks = -(-gradient.size // BLOCK)
    first, last = part * blocks // parts, (part + 1) * blocks // parts
    pieces = (gradient[block * BLOCK : (block + 1) * BLOCK] for block in range(first, last))
    return np.array([float(piece @ piece) for piece in pieces], np.float64)


def norm_of_squares(squares: npt.NDArray[np.float64]) -> float:
    """Global norm from the sums of all blocks, in their order, exactly rounded."""
    total = math.fsum(squares) if np.isfinite(squares).all() else float(squares.sum())
    return math.sqrt(total)


def global_norm(gradient: Floats) -> float:
    """Euclidean norm of all gradients together. Shapes: gradient (P,)."""
    return norm_of_squares(block_squares(gradient))


def norm_factor(norm: float, limit: float) -> float:
    """What a gradient of this norm is multiplied by so that it is not longer than `limit`: 1 at most."""
    return limit / norm if norm > limit else 1.0


def clip_norm_(gradient: Floats, limit: float) -> float:
    """Shorten a gradient that is longer than `limit`; return its norm before.

    A norm that is not finite is returned, and nothing is changed: the training has diverged.

    Equation: g ← g min(1, limit / ‖g‖)
    Shapes:   gradient (P,), all gradients of a model
    Source:   Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", §3.2
    """
    norm = global_norm(gradient)
    if math.isfinite(norm) and norm > limit:
        gradient *= norm_factor(norm, limit)
    return norm


def clip_value_(gradient: npt.NDArray[Any], limit: float) -> None:
    """Bring every value into [-limit, limit], which may turn the gradient.

    Source: Mikolov 2012, "Statistical language models based on neural networks", §3.2.2
    """
    np.clip(gradient, -limit, limit, out=gradient)
