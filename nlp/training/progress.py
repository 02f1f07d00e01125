"""What a training run reports while it goes on: losses, speed and the time that is left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_REPORT_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """A report on a running training.

    Attributes: `epoch` from 1; `step` from 1, over all epochs; `loss`, in nats a prediction, which is a
    (center, context) pair or a token, the mean since the last report (or, if that was less than half a second
    ago, since the one before it; NaN until a loss was taken); `words_done` of `words_total`, tokens of the
    input, counted once for each epoch; `elapsed_seconds`, the time that this run has spent in training steps;
    `tokens_per_second`, the tokens of this run over that time; `eta_seconds`, the time that is left at this
    speed; `epoch_done`, true in the last report of an epoch; `valid_loss`, the held-out loss of that epoch,
    if there is one, and `scores`, further figures of that text by name.
    """

    epoch: int
    step: int
    loss: float
    learning_rate: float
    words_done: int
    words_total: int
    tokens_per_second: float
    elapsed_seconds: float
    eta_seconds: float
    epoch_done: bool
    valid_loss: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


class ProgressMeter:
    """Adds up losses and time, and reports about once a second and at the end of each epoch.

    Attributes: `epoch_losses`, the mean loss of each finished epoch in nats a prediction.
    """

    def __init__(
        self, words_per_epoch: int, epochs: int, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self.epoch_losses: list[float] = []
        self._words_total = words_per_epoch * epochs
        self._epochs = epochs
        self._on_progress = on_progress
        self._stretch, self._epoch = LossSum(), LossSum()
        self._stretch_before = LossSum()  # the one before it, if that is of this epoch
        self._mean = math.nan
        self._done_before = 0.0  # part of the training that an earlier run did
        self._started = self._reported = time.perf_counter()
        self._outside = 0.0  # seconds, since the start, that were not spent in training steps

    def start(self, done: float) -> None:
        """Start the clock, with a part of the training already done."""
        self._done_before = done
        self._started = self._reported = time.perf_counter()

    @contextmanager
    def outside_training(self) -> Iterator[None]:
        """Time spent here is not counted."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self._outside += time.perf_counter() - before

    def add_loss(self, nats: float, predictions: float) -> None:
        """Add the loss of a chunk or a batch, summed over its predictions."""
        self._stretch.add(nats, predictions)
        self._epoch.add(nats, predictions)

    def report(self, epoch: int, step: int, learning_rate: float, done: float) -> None:
        """Tell the callback how things stand, unless it has been told less than a second ago."""
        if time.perf_counter() - self._reported >= _REPORT_SECONDS:
            self._tell(epoch, step, learning_rate, done)

    def close_epoch(self) -> float:
        """Return the epoch's mean loss, and start the next one's."""
        before = self.epoch_losses[-1] if self.epoch_losses else math.nan
        self.epoch_losses.append(self._epoch.mean(otherwise=before))
        self._epoch = LossSum()
        return self.epoch_losses[-1]

    def tell_epoch(
        self,
        epoch: int,
        step: int,
        learning_rate: float,
        valid_loss: float | None,
        scores: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """Tell the callback that an epoch is done, however long ago the last report was."""
        done = (epoch + 1) / self._epochs
        self._tell(epoch, step, learning_rate, done, epoch_done=True, valid_loss=valid_loss, scores=scores)

    def figures(self) -> dict[str, Any]:
        """What `resume_` needs, in types that JSON has."""
        sums = {"stretch": self._stretch.values, "epoch": self._epoch.values}
        return {"epoch_losses": [*map(_or_none, self.epoch_losses)], "mean": _or_none(self._mean), **sums}

    def resume_(self, figures: Mapping[str, Any]) -> None:
        """Go on from an earlier run."""
        self.epoch_losses = [*map(_or_nan, figures["epoch_losses"])]
        self._mean = _or_nan(figures["mean"])
        self._stretch, self._epoch = LossSum(*figures["stretch"]), LossSum(*figures["epoch"])

    def _tell(
        self,
        epoch: int,
        step: int,
        learning_rate: float,
        done: float,
        *,
        epoch_done: bool = False,
        valid_loss: float | None = None,
        scores: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        now = time.perf_counter()
        recent = self._stretch
        if now - self._reported < _REPORT_SECONDS / 2:  # the end of an epoch may have few losses
            recent = recent + self._stretch_before
        self._mean = recent.mean(otherwise=self._mean)
        self._stretch_before = LossSum() if epoch_done else self._stretch
        self._stretch = LossSum()
        self._reported = now
        if self._on_progress is None:
            return
        elapsed, here = max(now - self._started - self._outside, 1e-9), done - self._done_before
        with self.outside_training():
            self._on_progress(
                Progress(
                    epoch=epoch + 1,
                    step=step,
                    loss=self._mean,
                    learning_rate=learning_rate,
                    words_done=round(done * self._words_total),
                    words_total=self._words_total,
                    tokens_per_second=here * self._words_total / elapsed,
                    elapsed_seconds=elapsed,
                    eta_seconds=elapsed * (1 - done) / max(here, 1e-9),
                    epoch_done=epoch_done,
                    valid_loss=valid_loss,
                    scores=scores,
                )
            )


class LossSum:
    """A sum of losses in nats, and the number of predictions that it is over."""

    def __init__(self, nats: float = 0.0, predictions: float = 0.0) -> None:
        self._nats, self._predictions = nats, predictions

    @property
    def values(self) -> list[float]:
        """The arguments that make an equal one."""
        return [self._nats, self._predictions]

    def add(self, nats: float, predictions: float) -> None:
        """Add the sum over some predictions."""
        self._nats += nats
        self._predictions += predictions

    def __add__(self, other: LossSum) -> LossSum:
        """The sum over the predictions of both."""
        return LossSum(self._nats + other._nats, self._predictions + other._predictions)

    def mean(self, *, otherwise: float) -> float:
        """Nats a prediction; `otherwise` where there was none."""
        return self._nats / self._predictions if self._predictions else otherwise


def finite_or_none(losses: Iterable[float]) -> list[float | None]:
    """Losses as JSON can hold them: None for an epoch in which no loss was taken (NaN)."""
    return [loss if math.isfinite(loss) else None for loss in losses]


def _or_none(value: float) -> float | None:
    """`value` as JSON can hold it."""
    return None if math.isnan(value) else value


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
