from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from cli.console import Console
from cli.jobs.classify_autotune import autotuned, shown
from cli.signals import Ended
from nlp.classification.config import ClassifierConfig
from nlp.classification.learner import ClassifierLearner
from tests.nlp.classification.texts import encoded

if TYPE_CHECKING:
    from collections.abc import Callable

START = ClassifierConfig(ngrams=1, epochs=1, buckets=4096)


def tuned(*, ends: int, number: int, seconds: float = 1e9) -> ClassifierConfig:
    """Search among settings, of which two n-grams are best, until a signal in trial `ends`."""
    trials = iter(range(ends))

    def make(config: ClassifierConfig) -> tuple[ClassifierLearner, Callable[[], float]]:
        if next(trials, None) is None:
            raise Ended(number)
        learner = ClassifierLearner(encoded(config), config)
        return learner, lambda: float(config.ngrams == 2)

    fixed = {"epochs", "loss", "dim", "subwords"}
    return autotuned(START, fixed, make, seconds=seconds, workers=1, patience=None, console=Console())


def test_an_interrupt_keeps_the_best_settings(capfd: pytest.CaptureFixture[str]) -> None:
    assert tuned(ends=12, number=signal.SIGINT).ngrams == 2
    told = capfd.readouterr().err
    assert "autotune: 0.0000 by --ngrams 1 --buckets 4096 --epochs 1 --lr 0.2\n" in told
    assert "autotune: 1.0000 by " in told
    assert "autotune: stopped; training by the best settings found so far" in told


@pytest.mark.parametrize(("ends", "number"), [(0, signal.SIGINT), (3, signal.SIGTERM)])
def test_what_found_nothing_yet_or_is_to_end_ends(ends: int, number: int) -> None:
    with pytest.raises(Ended):
        tuned(ends=ends, number=number)


def test_no_time_leaves_the_given_settings(capfd: pytest.CaptureFixture[str]) -> None:
    assert tuned(ends=9, number=signal.SIGINT, seconds=1e-9) == START
    assert "no training ended within 1e-09 s: the settings are those given" in capfd.readouterr().err


def test_settings_are_shown_as_options() -> None:
    config = ClassifierConfig(subwords=True, ngrams=3, loss="hinge")
    assert shown(config) == "--ngrams 3 --subwords --loss hinge"
