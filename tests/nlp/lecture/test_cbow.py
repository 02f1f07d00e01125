"""The lecture's worked example of CBOW, run by the product's own layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nlp.layers.embedding import one_hot
from nlp.layers.random_streams import RandomStreams
from nlp.layers.softmax import softmax_
from nlp.training.row_updates import RowUpdates
from nlp.word2vec.chunks import Chunk, ChunkShape
from nlp.word2vec.losses.full_softmax import FullSoftmax
from nlp.word2vec.predictors import ContextMeans
from tests.nlp.lecture.pages import steps_of

WORDS = ["the", "woman", "loves", "her", "daughter"]
W = np.array([[1, 2, 3, 0, 1], [1, 2, 1, 2, 2], [-1, 1, 1, 1, 0]], float)  # (3, 5): a column a word
W_PRIME = np.array([[1, 2, -1], [-1, 2, -1], [1, 2, 2], [0, 2, 0], [1, -1, 2]], float)  # (5, 3)
SHAPE = ChunkShape(centers=1, window=2, dim=3, block=1)


def forward() -> tuple[ContextMeans, FullSoftmax, np.ndarray[Any, Any]]:
    """`loves` predicted from the two words on either side of it."""
    words = np.arange(5, dtype=np.int32)
    chunk = Chunk(words, np.zeros(5, np.int32), 0, 0)  # of this number, a window is drawn whole
    means = ContextMeans(SHAPE, RandomStreams(0), np.float64)
    means.set_chunk(chunk)
    output = FullSoftmax(means.band, len(WORDS))
    output.set_targets(words[2:3], chunk)
    return means, output, means.forward(W.T[words])


def test_hidden_layer_is_the_mean_of_the_context_columns() -> None:
    """Hidden: ((1,1,-1) + (2,2,1) + (0,2,1) + (1,2,0)) / 4 = (4/4, 7/4, 1/4) = (1.00, 1.75, 0.25).

    Each column is W times the one-hot column of its word.
    """
    _, _, hidden = forward()
    np.testing.assert_allclose(hidden, [[1.00, 1.75, 0.25]], rtol=1e-15)
    context = one_hot(np.array([0, 1, 3, 4]), 5, np.float64)
    np.testing.assert_allclose(hidden[0], (context @ W.T).mean(axis=0), rtol=1e-15)


def test_scores_and_probabilities() -> None:
    """Scores W' h:    1·1 + 2·1.75 - 1·0.25 = 4.25      the
                   -1·1 + 2·1.75 - 1·0.25 = 2.25      woman
                    1·1 + 2·1.75 + 2·0.25 = 5.00      loves
                    0·1 + 2·1.75 + 0·0.25 = 3.50      her
                    1·1 - 1·1.75 + 2·0.25 = -0.25     daughter
    exp: 70.105 + 9.488 + 148.413 + 33.115 + 0.779 = 261.900; P = 0.268 0.036 0.567 0.126 0.003.

    The lecture prints 3.000 for the fourth score. That is a misprint: its own probability, 0.126, is that of
    3.5 (a score of 3.0 would have 20.086 / 248.871 = 0.081).
    """
    _, _, hidden = forward()
    scores = hidden @ W_PRIME.T
    np.testing.assert_allclose(scores, [[4.250, 2.250, 5.000, 3.500, -0.250]], rtol=1e-15)
    softmax_(scores)
    np.testing.assert_array_equal(scores.round(3), [[0.268, 0.036, 0.567, 0.126, 0.003]])
    misprinted = np.array([[4.250, 2.250, 5.000, 3.000, -0.250]])
    softmax_(misprinted)
    assert misprinted[0, 3].round(3) == 0.081


def test_loss_is_the_negative_logarithm_of_the_probability() -> None:
    """Loss: -log P(loves | the, woman, her, daughter) = -log(148.413 / 261.900) = 0.568 nats.

    The lecture's loss formulas lack the logarithm; -Σ log P is meant.
    """
    _, output, hidden = forward()
    loss, predictions, _ = output.loss(hidden, W_PRIME)
    assert predictions == 1
    assert loss == pytest.approx(-math.log(148.4131591 / 261.9001), rel=1e-5)
    assert round(loss, 3) == 0.568


def test_gradient_of_the_scores_is_probability_minus_one_hot() -> None:
    """dL/dW' = (P - onehot(loves)) hᵀ: its first column, where h is 1, is P - onehot(loves) itself."""
    means, output, hidden = forward()
    updates, d_inputs = RowUpdates(np.zeros(5, np.int32), np.empty((5, 3)), np.empty(5)), np.empty((5, 3))
    d_hidden = means.room_for_gradient(d_inputs)
    output.gradients(hidden, W_PRIME, d_hidden, updates)
    np.testing.assert_array_equal(updates.gradients[:, 0].round(3), [0.268, 0.036, -0.433, 0.126, 0.003])
    means.backward(d_inputs)
    np.testing.assert_allclose(d_inputs[[0, 1, 3, 4]], np.tile(d_hidden / 4, (4, 1)))
    assert (d_inputs[2] == 0).all()  # `loves` is predicted, it does not predict


def test_the_page_tells_all_of_it_and_the_misprint() -> None:
    looked_up, mean, scored, probable, misprint, lost, back = steps_of("cbow")
    assert looked_up["x"].tolist() == [[1, 1, -1], [2, 2, 1], [0, 2, 1], [1, 2, 0]]
    assert mean["h"].tolist() == [1.0, 1.75, 0.25]
    assert scored["z"].tolist() == [4.25, 2.25, 5.0, 3.5, -0.25]
    assert probable["P"].round(3).tolist() == [0.268, 0.036, 0.567, 0.126, 0.003]
    assert misprint["P"][3].round(3) == 0.081
    assert lost["E"].round(3) == 0.568
    assert back["∂E/∂z"].round(3).tolist() == [0.268, 0.036, -0.433, 0.126, 0.003]
    np.testing.assert_allclose(back["∂E/∂W'"], np.outer(back["∂E/∂z"], mean["h"]), rtol=1e-13)
    np.testing.assert_allclose(back["∂E/∂h"], back["∂E/∂z"] @ W_PRIME, rtol=1e-13)
    np.testing.assert_allclose(back["∂E/∂x"], np.tile(back["∂E/∂h"] / 4, (4, 1)), rtol=1e-13)


@pytest.mark.parametrize("center", range(5))
def test_any_word_may_be_the_one_that_is_missing(center: int) -> None:
    looked_up, mean, *_ = steps_of("cbow", center=center)
    np.testing.assert_allclose(mean["h"], looked_up["x"].mean(axis=0), rtol=1e-15)
    assert WORDS[center] not in looked_up["context"]
