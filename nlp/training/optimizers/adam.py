"""Adam, and with decay of the weights AdamW."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.parallel.team import shared_array
from nlp.training.optimizers.optimizer import Optimizer, Step, even_tasks

FLOOR = 1e-17
"""Added to a gradient: its square is no denormal number; beside epsilon it is too small to move a weight."""

_EPSILON = 1e-8


class Adam(Optimizer):
    """Adam, for a vector of `size` weights.

    Where a gradient stays zero, such as that of a rare word, the first moment would decay to denormal
    numbers, on which arithmetic is many times slower: `FLOOR`, added to each (1 - β₁) s g, keeps it above
    them.

    Equation: m = β₁ m + (1 - β₁) s g,   v = β₂ v + (1 - β₂) (s g)²,   s of `Step`
              w -= lr m̂ / (√v̂ + ε),   m̂ = m / (1 - β₁ᵗ),   v̂ = v / (1 - β₂ᵗ),   t = 1, 2, …
              computed as w -= lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε √(1 - β₂ᵗ))
    Source:   Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
    """

    def __init__(self, size: int, dtype: npt.DTypeLike = np.float32, beta2: float = 0.999) -> None:
        self.tasks = even_tasks(size)
        self.beta1, self.beta2 = 0.9, beta2
        self._state = {name: shared_array((size,), dtype) for name in ("m", "v")}

    @property
    def state(self) -> dict[str, Floats]:
        """Both moments of every weight."""
        return self._state

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Move a slice of the weights by the ratio of the gradient's two moments, which are updated first."""
        m, v = self._state["m"][part], self._state["v"][part]
        new, root = 1 - self.beta1, math.sqrt(1 - self.beta2 ** (step.number + 1))
        gradient *= new * step.scale
        gradient += FLOOR
        m *= self.beta1
        m += gradient
        np.multiply(gradient, gradient, out=scratch)
        scratch *= (1 - self.beta2) / new**2
        v *= self.beta2
        v += scratch
        np.sqrt(v, out=scratch)
        scratch += _EPSILON * root
        np.divide(m, scratch, out=scratch)
        scratch *= step.rate * root / (1 - self.beta1 ** (step.number + 1))
        weights -= scratch
