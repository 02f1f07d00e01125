"""Stochastic gradient descent."""

from __future__ import annotations

from nlp.layers.arrays import Floats
from nlp.training.optimizers.optimizer import Optimizer, Step, even_tasks


class Sgd(Optimizer):
    """Stochastic gradient descent, for a vector of `size` weights.

    Equation: w -= lr s g,   s of `Step`
    """

    def __init__(self, size: int) -> None:
        self.tasks = even_tasks(size)
        self._state: dict[str, Floats] = {}

    @property
    def state(self) -> dict[str, Floats]:
        """It remembers nothing."""
        return self._state

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:  # noqa: ARG002  the protocol's
        """Move a slice of the weights one step against its gradient."""
        gradient *= step.rate * step.scale
        weights -= gradient
