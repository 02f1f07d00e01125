from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.training.language_settings import ADAM, SGD
from nlp.training.optimizers import Optimizer, Step, make_optimizer
from nlp.training.schedules import stepped_decay

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats

RNG = np.random.default_rng(0)
GRADIENTS = RNG.standard_normal((5, 1000))
START = RNG.standard_normal(1000)


def run(optimizer: Optimizer) -> Floats:
    weights: Floats = START.copy()
    for number, gradient in enumerate(GRADIENTS.copy()):
        optimizer.update_(slice(0, 1000), weights, gradient, np.empty(1000), Step(0.01, 0.5, number))
    return weights


def test_sgd_is_its_equation() -> None:
    found = run(make_optimizer(SGD, 1000, np.float64))
    np.testing.assert_allclose(found, START - 0.01 * 0.5 * GRADIENTS.sum(0), rtol=1e-12)


def test_adam_is_algorithm_1_of_its_paper() -> None:
    """A plain loop over the scalars of Kingma & Ba 2015, algorithm 1."""
    found = run(make_optimizer(ADAM, 1000, np.float64))
    for place in range(0, 1000, 97):
        w, m, v = START[place], 0.0, 0.0
        for t, g in enumerate(0.5 * GRADIENTS[:, place], start=1):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            w -= 0.01 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        assert found[place] == pytest.approx(w, rel=1e-12)


def test_a_rate_stays_and_then_falls_by_a_factor() -> None:
    """Zaremba's small model: 1 for four epochs, then halved before each."""
    assert [stepped_decay(1.0, 0.5, 4, epoch) for epoch in range(7)] == [1, 1, 1, 1, 0.5, 0.25, 0.125]
    assert stepped_decay(0.002, 1.0, 1, 99) == 0.002
