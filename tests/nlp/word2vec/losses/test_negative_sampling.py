from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from nlp.layers.random_streams import RandomStreams
from nlp.word2vec.chunks import ChunkShape, ContextBand, window_weights
from nlp.word2vec.losses.negative_sampling import NoiseDistribution, PairsInWindows, SharedNegatives
from tests.nlp.layers.gradcheck import check_gradients

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

K, S = 3, 4


class Case(NamedTuple):
    shape: ChunkShape
    groups: int
    sentences: npt.NDArray[np.int32]
    X: Array
    U: Array
    N: Array


def case(window: int, block: int, sentences: list[int], groups: int = 2) -> Case:
    rng = np.random.default_rng(window)
    centers = len(sentences) - 2 * window
    shape = ChunkShape(centers, window, dim=3, block=block)
    X, U = rng.standard_normal((centers, 3)), rng.standard_normal((shape.contexts, 3))
    N = rng.standard_normal((groups, S, 3))
    return Case(shape, groups, np.array(sentences, np.int32), X, U, N)


ONE = [0] * 12
SEVERAL = [0, 0, 1, 2, 2, 2, 2, 3, 4, 4, 4, 5]  # 1, 3 and 5 are one-word lines
PADDED = [-2, -1, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3]
CASES = {
    "one sentence": lambda: case(2, 4, ONE),
    "several sentences": lambda: case(2, 4, SEVERAL),
    "padding at the ends": lambda: case(2, 2, PADDED),
    "window wider than a block": lambda: case(4, 2, SEVERAL),
    "window of one": lambda: case(1, 5, SEVERAL),
    "one group": lambda: case(2, 8, SEVERAL, groups=1),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def data(request: pytest.FixtureRequest) -> Case:
    made: Case = request.param()
    return made


def pair_by_pair(data: Case) -> tuple[float, float, dict[str, Array]]:
    """Loss, pairs and gradients by loops over single pairs: the equations read aloud."""
    shape, groups, sentences, X, U, N = data
    m = shape.window
    loss, pairs = 0.0, 0.0
    gradients = {"X": np.zeros_like(X), "U": np.zeros_like(U), "N": np.zeros_like(N)}
    for i in range(shape.centers):
        group = i * groups // shape.centers
        of_center = 0.0
        for j in range(i, i + 2 * m + 1):  # contexts are counted from m before the first center
            distance = abs(j - (i + m))
            if distance == 0 or sentences[j] != sentences[i + m]:
                continue
            weight = (m - distance + 1) / m
            p = 1 / (1 + math.exp(-X[i] @ U[j]))
            loss -= weight * math.log(p)
            gradients["X"][i] += weight * (p - 1) * U[j]
            gradients["U"][j] += weight * (p - 1) * X[i]
            of_center += weight
        for s in range(S):
            weight = of_center * K / S
            p = 1 / (1 + math.exp(-X[i] @ N[group, s]))
            loss -= weight * math.log(1 - p)
            gradients["X"][i] += weight * p * N[group, s]
            gradients["N"][group, s] += weight * p * X[i]
        pairs += of_center
    return loss, pairs, gradients


class SkipGram:
    """Both parts of the loss, for a center that predicts its contexts."""

    def __init__(self, data: Case, dtype: npt.DTypeLike = np.float64) -> None:
        self._band = ContextBand(data.shape, dtype)
        self._pairs = PairsInWindows(self._band)
        self._negatives = SharedNegatives(data.shape, K, data.groups, S, dtype)
        self._n = np.zeros(data.shape.centers, dtype)

    def set_sentences(self, sentences: npt.NDArray[np.int32]) -> tuple[Array, Array]:
        self._band.set_sentences(sentences)
        self._n, of_contexts = self._pairs.predictions()
        return self._n, of_contexts

    def gradients(self, X: Array, U: Array, N: Array, dX: Array, dU: Array, dN: Array) -> None:
        self._negatives.gradients(X, N, self._n, dX, dN)
        self._pairs.add_gradients(X, U, dX, dU)

    def loss(self, X: Array, U: Array, N: Array) -> tuple[float, float]:
        return self._pairs.loss(X, U) + self._negatives.loss(X, N, self._n), float(self._n.sum())


def band(data: Case, dtype: npt.DTypeLike = np.float64) -> tuple[float, float, dict[str, Array]]:
    """The same by the band, on arrays full of NaN: all of them must be written."""
    layer = SkipGram(data, dtype)
    X, U, N = (array.astype(dtype) for array in data[3:])
    out = {name: np.full_like(array, np.nan) for name, array in {"X": X, "U": U, "N": N}.items()}
    for _ in range(2):  # the second time on used buffers
        layer.set_sentences(data.sentences)
        layer.gradients(X, U, N, out["X"], out["U"], out["N"])
        loss, pairs = layer.loss(X, U, N)
    return loss, pairs, out


def test_equals_loops_over_pairs(data: Case) -> None:
    loss, pairs, gradients = band(data)
    expected_loss, expected_pairs, expected = pair_by_pair(data)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert pairs == pytest.approx(expected_pairs)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-12)


def test_float32_is_close_and_stays_float32(data: Case) -> None:
    _, _, gradients = band(data, np.float32)
    _, _, expected = pair_by_pair(data)
    for name, gradient in gradients.items():
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, expected[name], atol=1e-5)


def test_gradients_equal_central_differences(data: Case) -> None:
    layer = SkipGram(data)
    layer.set_sentences(data.sentences)
    parameters = {"X": data.X, "U": data.U, "N": data.N}
    check_gradients(lambda: layer.loss(data.X, data.U, data.N)[0], parameters, band(data)[2])


def test_no_pair_crosses_a_sentence_end() -> None:
    """Rows of another sentence get no gradient from the pairs: only what they share a line with counts."""
    data = case(2, 4, [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2])
    layer = SkipGram(data)
    of_centers, of_contexts = layer.set_sentences(data.sentences)
    assert of_centers[4] == 0  # place 6, a one-word line
    assert of_contexts[6] == 0
    _, _, gradients = band(data)
    assert (gradients["U"][6] == 0).all()
    assert (gradients["X"][4] == 0).all()


def test_pairs_are_counted_from_both_sides(data: Case) -> None:
    of_centers, of_contexts = SkipGram(data).set_sentences(data.sentences)
    assert of_centers.sum() == pytest.approx(of_contexts.sum())


def test_extreme_scores_have_a_finite_loss() -> None:
    data = case(2, 4, SEVERAL)
    layer = SkipGram(data, np.float32)
    layer.set_sentences(data.sentences)
    X, U, N = (1e4 * array.astype(np.float32) for array in data[3:])
    loss, pairs = layer.loss(X, U, N)
    assert loss / pairs > 1e6
    assert math.isfinite(loss)


def test_weights_are_the_mean_over_drawn_windows() -> None:
    drawn = np.arange(1, 6)
    expected = [(drawn >= distance).mean() for distance in range(1, 6)]
    np.testing.assert_allclose(window_weights(5)[1:], expected)
    assert window_weights(5)[0] == 0


def test_sizes_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="not whole blocks of 16"):
        ChunkShape(centers=100, window=5, dim=10, block=16)
    with pytest.raises(ValueError, match="96 centers: not 5 equal groups"):
        SharedNegatives(ChunkShape(centers=96, window=5, dim=10, block=16), K, groups=5, shared=S)


def test_negatives_are_drawn_by_count_to_the_three_quarters() -> None:
    noise = NoiseDistribution([1000, 100, 10, 1])
    expected = np.array([1000, 100, 10, 1]) ** 0.75
    np.testing.assert_allclose(noise.probabilities, expected / expected.sum())
    drawn = noise.draw_stratified(np.random.default_rng(0), 2000, 50)
    share = np.bincount(drawn.reshape(-1), minlength=4) / drawn.size
    np.testing.assert_allclose(share, noise.probabilities, atol=2e-3)


@pytest.mark.parametrize("power", [0.75, 0.0, -1.0])
def test_a_word_that_was_never_seen_is_no_negative(power: float) -> None:
    noise = NoiseDistribution([4, 0, 4], power)
    assert noise.probabilities.tolist() == [0.5, 0, 0.5]


def test_a_stratified_group_has_its_share_of_a_frequent_word() -> None:
    noise = NoiseDistribution([8, 1, 1, 1], power=1.0)
    groups = noise.draw_stratified(np.random.default_rng(0), 100, 11)
    assert ((groups == 0).sum(axis=1) == 8).all()


def test_streams_do_not_depend_on_what_was_drawn_before() -> None:
    streams = RandomStreams(7)
    first = streams.at(1, 2, 3).random(5)
    streams.at(1, 2, 4).random(1001, dtype=np.float32)
    np.testing.assert_array_equal(streams.at(1, 2, 3).random(5), first)
    others = [streams.at(*address).random(5) for address in ((2, 2, 3), (1, 3, 3), (1, 2, 2))]
    others.append(RandomStreams(8).at(1, 2, 3).random(5))
    assert all((other != first).all() for other in others)
