"""When a training has run away, which its weights alone may never show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nlp.errors import DivergedError
from nlp.layers.arrays import Floats
from nlp.training.learner import Learner, Loss, Position
from nlp.training.progress import LossSum
from nlp.wording import Message


class NotFiniteError(ArithmeticError):
    """A number that must be finite is not; the message names it: "the gradient"."""


class Divergence:
    """Looks at the losses of a training, and ends it where they are hopeless.

    Clipped gradients and bounded rates can keep diverged weights finite for ever: only the loss tells. It is
    held against that of an untrained model and, where the training started from trained weights, against
    theirs: on other text or with other settings they may have been worse than none, which is no divergence.
    """

    def __init__(self, learner: Learner[Any]) -> None:
        self._learner = learner
        self._untrained = LossSum()  # what an untrained model loses on the predictions of this epoch
        # Taken before any training or resuming: a resumed run has been given the same weights to start from.
        self._earlier = learner.loss_before()

    def take(self, losses: Iterable[Loss], at: Position, rate: float) -> list[Loss]:
        """Return the losses of a step. Raises: DivergedError where one, or a gradient, is not finite."""
        try:
            taken = list(losses)
        except NotFiniteError as error:
            raise self._diverged(f"{error} is not finite", at, rate) from error
        for loss in taken:
            if not math.isfinite(loss.nats):
                raise self._diverged("the loss is not finite", at, rate)
            self._untrained.add(loss.untrained, loss.predictions)
        return taken

    def end_epoch(self, loss: float, valid_loss: float | None, at: Position, rate: float) -> None:
        """Look at an epoch's mean loss. Raises: DivergedError where it is far worse than before training."""
        untrained, self._untrained = self._untrained.mean(otherwise=math.nan), LossSum()
        if valid_loss is not None and not math.isfinite(valid_loss):
            raise self._diverged("the loss of the held-out text is not finite", at, rate)
        on_the_way, in_the_end = self._learner.worst
        worst = in_the_end if at.epoch + 1 == self._learner.epochs else on_the_way
        before, which = max((untrained, "any"), (self._earlier, "this"))
        if loss > worst * before:
            unit = self._learner.prediction
            what = f"a mean loss of {loss:.3f} nats a {unit}, {before:.3f} before {which} training,"
            raise self._diverged(what, at, rate)

    def check_weights(self, weights: Iterable[Floats], at: Position, rate: float) -> None:
        """Look at every weight. Raises: DivergedError where one is not finite."""
        if not all(np.isfinite(array.sum(dtype=np.float64)) for array in weights):
            raise self._diverged("a weight is not finite", at, rate)

    def figures(self) -> list[float]:
        """What `resume_` needs, in types that JSON has."""
        return self._untrained.values

    def resume_(self, figures: Mapping[str, Any] | Any) -> None:
        """Go on from an earlier run."""
        self._untrained = LossSum(*figures)

    def _diverged(self, what: str, at: Position, rate: float) -> DivergedError:
        return DivergedError(
            Message(
                "training diverged: {what} in epoch {epoch}, step {step}, learning rate {rate:.6g}; start "
                "again with {remedy}",
                what=what,
                epoch=at.epoch + 1,
                step=at.step,
                rate=rate,
                remedy=self._learner.remedy,
            )
        )
