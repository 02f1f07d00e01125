from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.workspace import Workspace
from nlp.training.language_settings import ADAM, SGD
from nlp.training.optimizers import make_optimizer
from nlp.training.optimizers.muon import orthogonalised
from nlp.training.optimizers.optimizer import Step
from nlp.training.schedules import stepped_decay, warm_up_and_fall
from nlp.training.transformer_settings import ADAMW, MUON

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.training.optimizers.optimizer import Optimizer

RNG = np.random.default_rng(0)
GRADIENTS = RNG.standard_normal((5, 1000))
START = RNG.standard_normal(1000)


def run(optimizer: Optimizer) -> Floats:
    weights: Floats = START.copy()
    for number, gradient in enumerate(GRADIENTS.copy()):
        optimizer.update_(slice(0, 1000), weights, gradient, np.empty(1000), Step(0.01, 0.5, number))
    return weights


def test_sgd_is_its_equation() -> None:
    found = run(make_optimizer(SGD, {"w": (1000,)}, np.float64))
    np.testing.assert_allclose(found, START - 0.01 * 0.5 * GRADIENTS.sum(0), rtol=1e-12)


def test_adam_is_algorithm_1_of_its_paper() -> None:
    """A plain loop over the scalars of Kingma & Ba 2015, algorithm 1."""
    found = run(make_optimizer(ADAM, {"w": (1000,)}, np.float64))
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


def test_adamw_lets_matrices_decay_beside_their_gradients() -> None:
    """A plain loop over the scalars of Loshchilov & Hutter 2019, algorithm 2; the gains do not decay."""
    shapes = {"W": (30, 30), "gain": (100,)}
    optimizer = make_optimizer(ADAMW, shapes, np.float64, 0.2)
    assert [block for task in optimizer.tasks for block in task] == [slice(0, 900), slice(900, 1000)]
    weights: Floats = START.copy()
    for number, gradient in enumerate(GRADIENTS.copy()):
        for part in (slice(0, 900), slice(900, 1000)):
            scratch = np.empty(part.stop - part.start)
            optimizer.update_(part, weights[part], gradient[part], scratch, Step(0.01, 0.5, number))
    for place in range(0, 1000, 97):
        w, m, v = START[place], 0.0, 0.0
        for t, g in enumerate(0.5 * GRADIENTS[:, place], start=1):
            m = 0.9 * m + 0.1 * g
            v = 0.99 * v + 0.01 * g * g
            decay = 0.2 * w if place < 900 else 0.0
            w -= 0.01 * ((m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.99**t)) + 1e-8) + decay)
        assert weights[place] == pytest.approx(w, rel=1e-12)


@pytest.mark.parametrize("shape", [(8, 8), (6, 40), (40, 6)])
def test_every_direction_of_a_matrix_counts_the_same(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(1).standard_normal(shape)
    left, values, right = np.linalg.svd(x, full_matrices=False)
    y = orthogonalised(x.copy(), Workspace(np.float64))
    assert y.shape == shape
    found = np.diagonal(left.T @ y @ right.T)
    assert ((found > 0.5) & (found < 1.3))[values > 0.02 * values[0]].all()
    off = left.T @ y @ right.T - np.diag(found)
    assert np.abs(off).max() < 1e-9


def test_muon_moves_a_matrix_as_a_whole_and_the_embedding_by_adamw() -> None:
    shapes = {"E": (10, 4), "W": (8, 4), "gain": (4,)}
    muon, adamw = (make_optimizer(name, shapes, np.float64) for name in (MUON, ADAMW))
    assert muon.tasks == [[slice(40, 72)], [slice(0, 40), slice(72, 76)]]
    gradient, moved = GRADIENTS[0, :76], np.zeros(76)
    for block in (block for task in muon.tasks for block in task):
        scratch = np.empty(block.stop - block.start)
        muon.update_(block, moved[block], gradient[block].copy(), scratch, Step(0.1, 1.0, 0))
    along = orthogonalised(gradient[40:72].reshape(8, 4).copy(), Workspace(np.float64))
    np.testing.assert_allclose(moved[40:72].reshape(8, 4), -0.1 * 2**0.5 * along, atol=1e-7)
    expected = np.zeros(40)
    adamw.update_(slice(0, 40), expected, gradient[:40].copy(), np.empty(40), Step(0.03, 1.0, 0))
    np.testing.assert_array_equal(moved[:40], expected)


def test_muon_moves_each_matrix_of_a_stack_alone() -> None:
    stack, apart = (
        make_optimizer(MUON, shapes, np.float64)
        for shapes in ({"U": (2, 4, 4), "other.E": (3, 4)}, {"a": (4, 4), "b": (4, 4), "E": (3, 4)})
    )
    assert stack.tasks == apart.tasks == [[slice(0, 16)], [slice(16, 32)], [slice(32, 44)]]
    moved = np.zeros((2, 44))
    for weights, muon in zip(moved, (stack, apart), strict=True):
        for (block,) in muon.tasks:
            gradient = GRADIENTS[0, block].copy()
            muon.update_(block, weights[block], gradient, np.empty_like(gradient), Step(0.1, 1.0, 0))
    assert moved[0].tobytes() == moved[1].tobytes()


def test_a_rate_rises_and_then_falls_to_nothing() -> None:
    assert [warm_up_and_fall(1.0, 0.2, step, 10) for step in range(11)] == pytest.approx(
        [0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]
    )
    assert [warm_up_and_fall(2.0, 0.0, step, 2) for step in range(2)] == [2.0, 1.0]
    assert [warm_up_and_fall(1.0, 1.0, step, 2) for step in range(2)] == [0.5, 1.0]
