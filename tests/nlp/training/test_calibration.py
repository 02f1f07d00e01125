"""The temperature that fits held-out text."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.layers.softmax import log_softmax
from nlp.training.calibration import best_temperature


@pytest.mark.parametrize("guess", [1.0, 300.0])
def test_the_temperature_undoes_what_scores_were_multiplied_with(guess: float) -> None:
    generator = np.random.default_rng(2)
    scores = generator.normal(size=(4000, 3)).astype(np.float32)
    labels = (scores + generator.gumbel(size=scores.shape)).argmax(axis=1)

    def loss(temperature: float) -> float:
        logs = log_softmax(scores * np.float32(5 * guess / temperature))
        return -float(logs[np.arange(4000), labels].sum())

    assert best_temperature(loss, guess) == pytest.approx(5 * guess, rel=0.1)
