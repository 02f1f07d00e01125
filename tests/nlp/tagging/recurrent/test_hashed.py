"""The linear half of a hybrid: scores are sums of rows, and moves are Adagrad's, whatever the division."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.errors import SettingError
from nlp.tagging.config import HashedConfig
from nlp.tagging.recurrent.hashed import HashedFeatures

ROWS = np.array([[1, 2, 1, 0], [3, 3, 4, 5]], np.int32)  # of two templates at four places


def made(dropout: float = 0.0) -> HashedFeatures:
    features = HashedFeatures(HashedConfig(lr=0.5, dropout=dropout), ROWS, 6, 3, held_out=ROWS[:, ::-1])
    features.make_room_(5)
    features.weights[1:] = np.random.default_rng(1).standard_normal((5, 3))
    return features


def test_scores_are_the_sums_of_the_rows_of_all_templates() -> None:
    features, places = made(), np.array([[0, 3], [2, 1]])
    w = features.weights
    scores, rows = features.scores(places, np.random.default_rng(0))
    np.testing.assert_allclose(scores, [[w[1] + w[3], w[5]], [w[1] + w[4], w[2] + w[3]]], rtol=1e-6)
    assert rows.tolist() == ROWS[:, places].tolist()
    held_out = features.held_out_scores(places)
    np.testing.assert_allclose(held_out[0, 0], w[5], rtol=1e-6)


def test_a_share_of_the_features_is_left_out_in_training_alone() -> None:
    features, places = made(dropout=0.75), np.zeros((40, 50), np.int64)
    _, rows = features.scores(places, np.random.default_rng(0))
    assert set(rows[0].reshape(-1).tolist()) == {0, 1}
    assert 0.2 < np.mean(rows > 0) < 0.3
    whole = features.held_out_scores(np.array([[3]]))
    np.testing.assert_allclose(whole[0, 0], features.weights[1] + features.weights[3], rtol=1e-6)


def test_rows_move_by_adagrad_along_the_sums_of_their_gradients() -> None:
    features = made()
    before, places = features.weights.copy(), np.array([4, 1, 0, 2])
    gradients = np.random.default_rng(2).standard_normal((4, 3)).astype(np.float32)
    features.put_(places, gradients, ROWS)
    for part in range(features.parts):
        features.move_(5, 0.1, part)
    sums = np.zeros((6, 3))
    for template in ROWS:
        np.add.at(sums, template, gradients.astype(np.float64))
    sums[0] = 0
    squares = 0.01 + sums**2
    np.testing.assert_allclose(features.squares, squares, rtol=1e-5)
    np.testing.assert_allclose(features.weights, before - 0.5 * 0.1 * sums / np.sqrt(squares), rtol=1e-4)
    assert not features.weights[0].any()


def test_a_step_without_features_moves_nothing() -> None:
    features = made()
    before = features.weights.copy()
    features.put_(np.array([0]), np.ones((1, 3), np.float32), np.zeros((2, 1), np.int32))
    for part in range(features.parts):
        features.move_(1, 1.0, part)
    assert features.weights.tobytes() == before.tobytes()


def test_settings_are_checked() -> None:
    with pytest.raises(SettingError, match="bits is 9"):
        HashedConfig(bits=9)
