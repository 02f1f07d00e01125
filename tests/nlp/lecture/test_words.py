"""The pages of words, against arithmetic of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.nlp.lecture.pages import sigmoid, softmax, steps_of


def test_one_hot_vectors_are_unit_vectors_at_right_angles_in_the_slides_order() -> None:
    numbered, cosines, looked_up = steps_of("one-hot")
    assert numbered["words"].tolist() == ["apple", "bag", "cat", "dog", "elephant"]
    assert numbered["onehot"].tolist() == [[float(i == j) for j in range(5)] for i in range(5)]
    assert cosines["cos"].tolist() == numbered["onehot"].tolist()
    assert looked_up["W onehot(w)"].tolist() == looked_up["looked up"].tolist() == [0.5, -0.6]


def test_softmax_and_its_loss() -> None:
    scored, normalised, lost, back = steps_of("softmax")
    z = np.array([4.25, 2.25, 5.0, 3.5, -0.25])
    np.testing.assert_allclose(scored["z"], z, rtol=1e-15)
    np.testing.assert_allclose(normalised["P"], softmax(z), rtol=1e-14)
    assert normalised["Σ exp z"] == pytest.approx(np.exp(z).sum())
    assert normalised["Σ P"] == pytest.approx(1)
    assert lost["E"] == pytest.approx(-math.log(softmax(z)[2]))
    np.testing.assert_allclose(back["∂E/∂z"], softmax(z) - [0, 0, 1, 0, 0], atol=1e-15)


def test_skip_gram() -> None:
    around, scored, lost, back, negative = steps_of("skip-gram")
    assert around["context"].tolist() == ["the", "woman", "her", "daughter"]
    assert around["a_d"].tolist() == [1.0, 0.5]
    v = np.array([3.0, 1, 1])
    U = np.array([[1.0, 2, -1], [-1, 2, -1], [1, 2, 2], [0, 2, 0], [1, -1, 2]])
    P = softmax(U @ v)
    np.testing.assert_allclose(scored["P"], P, rtol=1e-13)
    assert lost["E"] == pytest.approx(-sum(math.log(P[o]) for o in (0, 1, 3, 4)))
    dz = 4 * P - [1, 1, 0, 1, 1]
    np.testing.assert_allclose(back["∂E/∂z"], dz, atol=1e-13)
    np.testing.assert_allclose(back["∂E/∂W'"], np.outer(dz, v), atol=1e-13)
    np.testing.assert_allclose(back["∂E/∂v_c"], dz @ U, atol=1e-12)
    scores, noise = (U @ v)[[0, 1, 3, 4]], (U @ v)[[4, 0]]
    loss = -np.log(sigmoid(scores)).sum() - 4 * np.log(sigmoid(-noise)).sum()
    assert negative["E"] == pytest.approx(loss)


def test_at_the_edge_of_a_sentence_a_window_is_cut() -> None:
    around, *_ = steps_of("skip-gram", center=0, window=3)
    assert around["context"].tolist() == ["woman", "loves", "her"]


def test_a_word_alone_predicts_nothing() -> None:
    _, _, lost, *_ = steps_of("skip-gram", window=0)
    assert lost["E"] == 0
