from __future__ import annotations

import numpy as np
import pytest

from nlp.classification.config import LOSSES
from nlp.classification.losses import make_loss
from nlp.errors import SettingError

COUNTS = np.array([5, 1, 9, 2])
TARGETS = np.array([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 3]])


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_slopes(name: str) -> None:
    loss = make_loss(name, COUNTS)
    scores = np.random.default_rng(0).normal(size=(3, loss.scores))
    _, gradient = loss.loss_and_grad(scores, TARGETS)
    for place in np.ndindex(scores.shape):
        moved = []
        for step in (1e-5, -1e-5):
            other = scores.copy()
            other[place] += step
            moved.append(loss.loss_and_grad(other, TARGETS)[0])
        assert gradient[place] == pytest.approx((moved[0] - moved[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["softmax", "hs"])
def test_probabilities_add_up_to_one(name: str) -> None:
    loss = make_loss(name, COUNTS)
    logs = loss.log_probabilities(np.random.default_rng(1).normal(size=(4, loss.scores)) * 50)
    assert np.exp(logs).sum(axis=1) == pytest.approx(np.ones(4))


@pytest.mark.parametrize("name", LOSSES)
def test_large_scores_overflow_nothing(name: str) -> None:
    loss = make_loss(name, COUNTS)
    scores = np.full((3, loss.scores), 1e4, np.float32)
    nats, gradient = loss.loss_and_grad(scores, TARGETS.astype(np.float32))
    assert np.isfinite(nats)
    assert np.isfinite(gradient).all()
    assert (np.exp(loss.log_probabilities(-scores)) <= 1).all()


def test_a_tree_has_room_for_so_many_labels() -> None:
    with pytest.raises(SettingError, match="hs takes up to 4,096 labels, not 5,000"):
        make_loss("hs", np.ones(5000, np.int64))
