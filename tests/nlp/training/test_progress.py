"""What a training run tells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nlp.training.progress import Progress, ProgressMeter, finite_or_none

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_what_json_cannot_hold_is_none() -> None:
    assert finite_or_none([1.5, math.nan, math.inf, -math.inf, 0.0]) == [1.5, None, None, None, 0.0]


def losses_told(
    monkeypatch: pytest.MonkeyPatch, stretches: Sequence[tuple[float, float, float]], epoch_ends: int
) -> list[float]:
    """Losses reported after stretches of (seconds, nats, predictions); the `epoch_ends`-th ends an epoch."""
    seen: list[Progress] = []
    clock = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    meter = ProgressMeter(1000, 2, seen.append)
    meter.start(0.0)
    for number, (seconds, nats, predictions) in enumerate(stretches, 1):
        clock[0] += seconds
        meter.add_loss(nats, predictions)
        if number == epoch_ends:
            meter.tell_epoch(0, number, 0.1, None)
        else:
            meter.report(0, number, 0.1, 0.1)
    return [one.loss for one in seen]


def test_the_loss_is_that_of_the_last_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert losses_told(monkeypatch, [(1.0, 8.0, 2.0), (0.6, 3.0, 1.0)], 2) == [4.0, 3.0]


def test_a_stretch_that_is_too_short_takes_the_one_before_in(monkeypatch: pytest.MonkeyPatch) -> None:
    told = losses_told(monkeypatch, [(1.0, 8.0, 2.0), (0.03, 9.0, 1.0), (1.0, 5.0, 5.0)], 2)
    assert told == [4.0, pytest.approx(17 / 3), 1.0]


def test_a_short_epoch_does_not_take_the_epoch_before_in(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []
    monkeypatch.setattr("time.perf_counter", lambda: 100.0)
    meter = ProgressMeter(1000, 2, seen.append)
    meter.start(0.0)
    for epoch, nats in enumerate((4.0, 2.0)):
        meter.add_loss(nats, 1.0)
        meter.tell_epoch(epoch, epoch, 0.1, None)
    assert [one.loss for one in seen] == [4.0, 2.0]
