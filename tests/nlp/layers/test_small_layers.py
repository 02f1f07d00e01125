"""Claims of the layers around the recurrent ones; what holds of all layers is in test_layer_contract.py."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.adaptive_softmax import (
    adaptive_cross_entropy,
    adaptive_log_probabilities,
    adaptive_loss,
    adaptive_shapes,
    default_cutoffs,
)
from nlp.layers.clipping import clip_value_, norm_factor, norm_of_squares
from nlp.layers.dropout import dropout_mask
from nlp.layers.initialize import identity_, orthogonal_, uniform_
from nlp.layers.parameters import Parameters
from nlp.layers.softmax import cross_entropy, log_softmax
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt


def test_cross_entropy_of_two_even_logits_is_one_bit() -> None:
    """Logits 0 0: both have probability 1/2, so -log 1/2 = 0.693 nats; gradient (1/2 - 1, 1/2)."""
    logits = np.zeros((1, 2))
    loss = cross_entropy(logits, np.array([0]), np.ones(1))
    assert loss == pytest.approx(math.log(2))
    np.testing.assert_allclose(logits, [[-0.5, 0.5]])


@pytest.mark.parametrize("words", [7, 70_001], ids=["many rows a block", "one row a block"])
def test_losses_agree_and_masked_rows_count_nothing(words: int) -> None:
    rng = np.random.default_rng(0)
    logits = 50 * rng.standard_normal((6, words))
    targets, mask = rng.integers(0, words, 6), np.array([1.0, 0, 1, 1, 0, 1])
    expected = -(mask * log_softmax(logits)[np.arange(6), targets]).sum()
    assert cross_entropy(logits.copy(), targets, mask, gradient=False) == pytest.approx(expected)
    gradient, biased, b = logits.copy(), logits.copy(), rng.standard_normal(words)
    assert cross_entropy(gradient, targets, mask) == pytest.approx(expected)
    assert cross_entropy(biased - b, targets, mask, b) == pytest.approx(expected)
    assert (gradient[mask == 0] == 0).all()
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-12)


def test_logits_of_any_size_have_finite_results() -> None:
    logits = np.array([[1e5, -1e5], [-3e38, 3e38]], np.float32)
    with np.errstate(over="ignore"):
        y = log_softmax(logits)
    np.testing.assert_array_equal(y[0], [0, -2e5])
    np.testing.assert_allclose(np.exp(log_softmax(logits[:1], out=logits[:1])), [[1, 0]])


@pytest.mark.parametrize("target", [-1, 3])
def test_targets_outside_the_vocabulary_are_refused(target: int) -> None:
    with pytest.raises(IndexError, match=r"outside \[0, 3\)"):
        cross_entropy(np.zeros((1, 3)), np.array([target]), np.ones(1))


@pytest.fixture
def adaptive() -> dict[str, npt.NDArray[np.floating[Any]]]:
    parameters = Parameters(adaptive_shapes(8, 12, (4, 8)), np.float64)
    parameters.flat[:] = np.random.default_rng(0).standard_normal(parameters.flat.size)
    return parameters.views()


def test_adaptive_softmax_is_a_distribution_that_its_loss_agrees_with(
    adaptive: dict[str, npt.NDArray[np.floating[Any]]],
) -> None:
    rng, workspace = np.random.default_rng(1), Workspace(np.float64)
    x, targets, mask = rng.standard_normal((24, 8)), np.arange(24) % 12, np.arange(24.0) % 5 > 0
    log_p = adaptive_log_probabilities(adaptive, x, workspace).copy()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1)
    expected = -(mask * log_p[np.arange(24), targets]).sum()
    weights = mask.astype(np.float64)
    assert adaptive_loss(adaptive, x, targets, weights, workspace) == pytest.approx(expected)
    grad = {name: np.zeros_like(tensor) for name, tensor in adaptive.items()}
    loss, _ = adaptive_cross_entropy(adaptive, grad, x, targets, weights, workspace)
    assert loss == pytest.approx(expected)
    with pytest.raises(IndexError, match=r"outside \[0, 12\)"):
        adaptive_loss(adaptive, x, targets + 1, weights, workspace)


def test_adaptive_softmax_is_far_smaller_than_a_full_one() -> None:
    shapes = adaptive_shapes(200, 100_000, default_cutoffs(100_000))
    assert sum(map(math.prod, shapes.values())) < 0.3 * 200 * 100_000


@pytest.mark.parametrize("cutoffs", [(), (0, 4), (4, 4), (8, 4), (4, 12)])
def test_cutoffs_that_do_not_rise_are_refused(cutoffs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not rise between 0 and 12"):
        adaptive_shapes(8, 12, cutoffs)


def test_dropout_keeps_the_mean_and_drops_the_share_it_is_told() -> None:
    mask = dropout_mask((1000, 100), 0.3, np.random.default_rng(0), Workspace())
    assert (mask == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert mask.mean() == pytest.approx(1, abs=0.01)
    assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / 0.7)}
    exact = dropout_mask((1000, 100), 0.3, np.random.default_rng(0), Workspace(np.float64))
    np.testing.assert_array_equal(exact == 0, mask == 0)


@pytest.mark.parametrize("rate", [-0.1, 1.0, math.nan])
def test_dropout_rates_that_leave_nothing_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="is not in"):
        dropout_mask((2,), rate, np.random.default_rng(0), Workspace())


def test_no_dropout_is_a_mask_of_ones() -> None:
    assert (dropout_mask((50,), 0.0, np.random.default_rng(0), Workspace()) == 1).all()


def test_clipping_shortens_to_the_limit_and_keeps_the_direction() -> None:
    """‖(3, 4)‖ = 5, so a limit of 1 leaves (0.6, 0.8); one of 6 leaves all as it was."""
    gradient = np.array([3.0, 4.0])
    norm = norm_of_squares(gradient**2)
    assert norm == 5
    assert norm_factor(norm, 6) == 1
    gradient *= norm_factor(norm, 1)
    np.testing.assert_allclose(gradient, [0.6, 0.8])
    clip_value_(gradient, 0.7)
    np.testing.assert_allclose(gradient, [0.6, 0.7])


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_norm_that_is_not_finite_is_told(value: float) -> None:
    assert not math.isfinite(norm_of_squares(np.array([1.0, value])))


def test_the_norm_is_exactly_rounded_in_whatever_order_blocks_come() -> None:
    """2⁵³ + 1 + 1 rounds to 2⁵³ where each 1 is added by itself; its exact sum is 2⁵³ + 2."""
    squares = np.array([2.0**53, 1.0, 1.0])
    assert norm_of_squares(squares) == norm_of_squares(squares[::-1]) == math.sqrt(2**53 + 2)


def test_initial_weights() -> None:
    w = np.empty((4, 30, 30), np.float32)
    uniform_(w, 0.1, np.random.default_rng(0))
    assert -0.1 <= w.min() < -0.099
    assert 0.099 < w.max() < 0.1
    identity_(w)
    np.testing.assert_array_equal(w, np.broadcast_to(np.eye(30), w.shape))


@pytest.mark.parametrize("shape", [(2, 8, 8), (3, 8), (8, 3)])
def test_orthogonal_matrices(shape: tuple[int, ...]) -> None:
    w = np.empty(shape)
    orthogonal_(w, np.random.default_rng(0))
    for matrix in w.reshape(-1, *shape[-2:]):
        product = matrix @ matrix.T if shape[-2] <= shape[-1] else matrix.T @ matrix
        np.testing.assert_allclose(product, np.eye(min(shape[-2:])), atol=1e-12)


def test_draws_do_not_depend_on_the_dtype() -> None:
    single, double = np.empty(20, np.float32), np.empty(20)
    for w in (single, double):
        uniform_(w, 0.25, np.random.default_rng(0))
    np.testing.assert_array_equal(single, double)  # a quarter doubles exactly
