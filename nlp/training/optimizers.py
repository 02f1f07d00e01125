"""Optimizers, SGD and Adam, over one flat vector of weights, slice by slice, so that workers can share it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.training.language_settings import ADAM, SGD
from nlp.training.team import shared_array

MOMENTS: Mapping[str, Sequence[str]] = {ADAM: ("m", "v"), SGD: ()}
"""What each optimizer remembers of every weight."""


@dataclass(frozen=True)
class Step:
    """What one update needs to know beside its gradient.

    Attributes: `rate`, the learning rate lr; `scale` s, by which the summed gradient g is multiplied (the
    factor of clipping over the number of tokens: s g is the clipped gradient of their mean loss); `number`,
    how many updates came before this one.
    """

    rate: float
    scale: float
    number: int


class Optimizer(Protocol):
    """Moves weights against gradients; `state` is what it remembers, in vectors as long as the weights."""

    @property
    def state(self) -> Mapping[str, Floats]:
        """Its vectors by name, in memory that workers share; a resumed training writes them in place."""

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Move `weights`, the slice `part` of the whole vector; `gradient` and `scratch` are overwritten."""


class Sgd:
    """Stochastic gradient descent.

    Equation: w -= lr s g,   s of `Step`
    """

    def __init__(self) -> None:
        self.state: dict[str, Floats] = {}

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:  # noqa: ARG002  the protocol's
        """Move a slice of the weights one step against its gradient."""
        gradient *= step.rate * step.scale
        weights -= gradient


@dataclass
class Adam:
    """Adam, for a vector of `size` weights.

    Where a gradient stays zero, such as that of a rare word, the first moment would decay to denormal
    numbers, on which arithmetic is many times slower: `_FLOOR`, added to each (1 - β₁) s g, keeps it above
    them.

    Equation: m = β₁ m + (1 - β₁) s g,   v = β₂ v + (1 - β₂) (s g)²,   s of `Step`
              w -= lr m̂ / (√v̂ + ε),   m̂ = m / (1 - β₁ᵗ),   v̂ = v / (1 - β₂ᵗ),   t = 1, 2, …
              computed as w -= lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε √(1 - β₂ᵗ))
    Source:   Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
    """

    size: int
    dtype: npt.DTypeLike = np.float32
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    state: dict[str, Floats] = field(init=False)

    def __post_init__(self) -> None:
        self.state = {name: shared_array((self.size,), self.dtype) for name in MOMENTS[ADAM]}

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Move a slice of the weights by the ratio of the gradient's two moments, which are updated first."""
        m, v = self.state["m"][part], self.state["v"][part]
        new, root = 1 - self.beta1, math.sqrt(1 - self.beta2 ** (step.number + 1))
        gradient *= new * step.scale
        gradient += _FLOOR
        m *= self.beta1
        m += gradient
        np.multiply(gradient, gradient, out=scratch)
        scratch *= (1 - self.beta2) / new**2
        v *= self.beta2
        v += scratch
        np.sqrt(v, out=scratch)
        scratch += self.epsilon * root
        np.divide(m, scratch, out=scratch)
        scratch *= step.rate * root / (1 - self.beta1 ** (step.number + 1))
        weights -= scratch


_FLOOR = 1e-17  # its square is no denormal either; beside epsilon it is far too small to move a weight


def make_optimizer(name: str, size: int, dtype: npt.DTypeLike = np.float32) -> Optimizer:
    """The optimizer of this name for `size` weights."""
    return Adam(size, dtype) if name == ADAM else Sgd()
