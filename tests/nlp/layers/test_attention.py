"""Claims of attention, masks, positions and feed-forward; what holds of all layers is in the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.attention import (
    HIDDEN,
    attention_backward,
    attention_forward,
    banded_attention_backward,
    banded_attention_forward,
    causal_bias,
    padding_bias,
)
from nlp.layers.feed_forward import feed_forward_forward
from nlp.layers.layer_norm import layer_norm_forward
from nlp.layers.multi_head import (
    self_attention_backward,
    self_attention_forward,
    self_attention_shapes,
)
from nlp.layers.parameters import Parameters
from nlp.layers.rms_norm import rms_norm_forward
from nlp.layers.rotary import rotary_, rotary_turns
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

BATCH, HEADS, STEPS, WIDTH = 3, 2, 5, 8


def drawn(*shape: int, seed: int = 0) -> Array:
    values: Array = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return values


@pytest.fixture
def p() -> dict[str, Array]:
    parameters = Parameters(self_attention_shapes(WIDTH))
    parameters.flat[:] = drawn(parameters.flat.size)
    return parameters.views()


def answers(p: dict[str, Array], x: Array, bias: Array, **more: Any) -> Array:
    return self_attention_forward(p, x, HEADS, bias, Workspace(), **more)[0].copy()


def test_two_keys_of_which_one_fits() -> None:
    """Scores ln 3 and 0, their weights 3/4 and 1/4: y = 3/4 · 8 + 1/4 · 4 = 7."""
    q = np.array([[[[np.log(3.0)]]]])
    k, v = np.array([[[[1.0], [0.0]]]]), np.array([[[[8.0], [4.0]]]])
    assert attention_forward(q, k, v, None, Workspace(np.float64))[0].item() == pytest.approx(7)


def test_what_comes_after_a_place_changes_no_bit_of_it(p: dict[str, Array]) -> None:
    x, bias = drawn(BATCH, STEPS, WIDTH), causal_bias(STEPS, dtype=np.float32)
    turns = rotary_turns(STEPS, WIDTH // HEADS, np.float32)
    before = answers(p, x, bias, turns=turns)
    for place in range(STEPS):
        changed = x.copy()
        changed[:, place] = 1e3
        after = answers(p, changed, bias, turns=turns)
        np.testing.assert_array_equal(after[:, :place], before[:, :place])
        assert (after[:, place:] != before[:, place:]).any(axis=(0, 2)).all()


def test_the_loss_of_a_place_has_no_gradient_at_what_comes_after_it(p: dict[str, Array]) -> None:
    x, workspace = drawn(BATCH, STEPS, WIDTH), Workspace()
    _, cache = self_attention_forward(p, x, HEADS, causal_bias(STEPS, dtype=np.float32), workspace)
    dy = drawn(*x.shape, seed=1)
    dy[:, 2:] = 0
    grad = {name: np.zeros_like(tensor) for name, tensor in p.items()}
    dx = self_attention_backward(p, grad, dy, cache, workspace)
    assert (dx[:, 2:] == 0).all()
    assert (dx[:, :2] != 0).all()


def test_each_place_sees_so_far_back(p: dict[str, Array]) -> None:
    x, bias = drawn(BATCH, STEPS, WIDTH), causal_bias(STEPS, dtype=np.float32, reach=2)
    before = answers(p, x, bias)
    x[:, 0] = 1e3
    after = answers(p, x, bias)
    np.testing.assert_array_equal(after[:, 2:], before[:, 2:])
    assert (after[:, 1] != before[:, 1]).any()


def test_rows_that_have_ended_are_as_they_are_alone(p: dict[str, Array]) -> None:
    x, lengths = drawn(BATCH, STEPS, WIDTH), np.array([5, 3, 1])
    together = answers(p, x, padding_bias(lengths, STEPS, np.float32))
    x[1, 3:] = 1e3
    behind = answers(p, x, padding_bias(lengths, STEPS, np.float32))
    np.testing.assert_array_equal(behind[1, :3], together[1, :3])
    for row, length in enumerate(lengths.tolist()):
        alone = answers(p, x[row : row + 1, :length], np.zeros((1, 1), np.float32))
        np.testing.assert_allclose(together[row, :length], alone[0], rtol=1e-5, atol=1e-5)


def test_a_query_that_may_see_nothing_gets_the_mean() -> None:
    q, k, v = (drawn(BATCH, HEADS, STEPS, 4, seed=seed) for seed in range(3))
    bias = np.full((STEPS, STEPS), HIDDEN, np.float32)
    workspace = Workspace()
    y, cache = attention_forward(q, k, v, bias, workspace)
    mean = np.broadcast_to(v.mean(axis=2)[:, None], y.shape)
    np.testing.assert_allclose(y, mean, rtol=1e-5, atol=1e-6)
    dq, dk, dv = (np.empty_like(q) for _ in range(3))
    attention_backward(y.copy(), cache, dq, dk, dv, workspace)
    assert all(np.isfinite(gradient).all() for gradient in (dq, dk, dv))


def test_scores_of_ten_thousand_are_no_matter() -> None:
    q, k, v = np.full((1, 1, 2, 1), 1e2), np.array([[[[1e2], [-1e2]]]]), np.array([[[[1.0], [2.0]]]])
    q, k, v = (each.astype(np.float32) for each in (q, k, v))
    y = attention_forward(q, k, v, causal_bias(2, dtype=np.float32), Workspace())[0]
    np.testing.assert_array_equal(y, 1)
    np.testing.assert_array_equal(attention_forward(-q, k, v, None, Workspace())[0], 2)


def test_a_text_read_on_from_memory_equals_the_whole(p: dict[str, Array]) -> None:
    """In pieces of any length; nothing is read of places that were never there."""
    x, reach = drawn(BATCH, 12, WIDTH), 4
    turns = rotary_turns(reach + 12, WIDTH // HEADS, np.float32)
    whole = answers(p, x, causal_bias(12, dtype=np.float32, reach=reach), turns=turns[:12])
    memory, read = np.full((BATCH, reach, 2, WIDTH), 1e3, np.float32), 0
    for steps in (1, 2, 5, 4):
        bias = causal_bias(steps, reach, dtype=np.float32, reach=reach)
        bias[:, : reach - min(read, reach)] = HIDDEN
        y = answers(p, x[:, read : read + steps], bias, turns=turns[: reach + steps], memory=memory)
        np.testing.assert_allclose(y, whole[:, read : read + steps], rtol=1e-4, atol=1e-5)
        read += steps


@pytest.mark.parametrize("earlier", [0, 20, 40])
def test_blocks_of_a_band_give_what_all_scores_give(earlier: int) -> None:
    steps, reach = 70, 21
    q, (k, v) = (
        np.random.default_rng(0).standard_normal((BATCH, HEADS, steps, 4)),
        (np.random.default_rng(seed).standard_normal((BATCH, HEADS, earlier + steps, 4)) for seed in (1, 2)),
    )
    bias = causal_bias(steps, earlier, dtype=np.float64, reach=reach)
    workspace = Workspace(np.float64)
    whole, cache = attention_forward(q, k, v, bias, workspace.scope("whole"))
    y, blocks = banded_attention_forward(q, k, v, bias, reach, workspace)
    np.testing.assert_allclose(y, whole, rtol=1e-12, atol=1e-14)
    expected, found = (
        [np.full((BATCH, HEADS, steps, 4), np.nan) for _ in range(3)] for _ in ("whole", "blocks")
    )
    dy = np.random.default_rng(3).standard_normal(y.shape)
    attention_backward(dy, cache, expected[0], expected[1], expected[2], workspace)
    banded_attention_backward(dy, blocks, found[0], found[1], found[2], workspace)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-12)


def test_turned_products_know_the_distance_alone() -> None:
    turns = rotary_turns(9, 6, np.float64)
    q, k = (np.tile(drawn(6, seed=seed).astype(np.float64), (1, 9, 1)) for seed in (0, 1))
    scores = rotary_(q, turns)[0] @ rotary_(k, turns)[0].T
    for distance in range(-8, 9):
        diagonal = np.diagonal(scores, distance)
        np.testing.assert_allclose(diagonal, diagonal[0])
    assert len(np.unique(scores.round(9))) == 17


def test_turns_there_and_back_leave_what_was() -> None:
    x, turns = drawn(2, 7, 3, 8), rotary_turns(7, 8, np.float32)
    there = rotary_(x.copy(), turns)
    assert np.abs(there - x).max() > 0.1
    np.testing.assert_allclose(rotary_(there, turns.conj()), x, atol=1e-6)


def test_heads_of_odd_width_are_refused() -> None:
    with pytest.raises(ValueError, match="a head of 3 numbers cannot be turned in pairs"):
        rotary_turns(4, 3, np.float32)


def test_norms() -> None:
    """(3, 4) has root mean square 5/√2; (1, 3) has mean 2 and variance 1."""
    workspace = Workspace(np.float64)
    y, _ = rms_norm_forward({"gain": np.array([1.0, 2.0])}, np.array([[3.0, 4.0]]), workspace)
    np.testing.assert_allclose(y, np.array([[3.0, 8.0]]) * 2**0.5 / 5, rtol=1e-5)
    p = {"gain": np.ones(2), "shift": np.array([0.0, 5.0])}
    y, _ = layer_norm_forward(p, np.array([[1.0, 3.0]]), workspace)
    np.testing.assert_allclose(y, [[-1.0, 6.0]], rtol=1e-4)
    y, _ = layer_norm_forward({"gain": np.ones(2)}, np.zeros((1, 2)), workspace)
    np.testing.assert_array_equal(y, 0)


@pytest.mark.parametrize(("activation", "expected"), [("relu", 3.0), ("squared-relu", 9.0)])
def test_the_hidden_layer_of_feed_forward(activation: str, expected: float) -> None:
    p = {"W1": np.array([[3.0, -3.0]]), "W2": np.array([[1.0], [1.0]])}
    assert feed_forward_forward(p, np.ones((1, 1)), activation, Workspace(np.float64))[0] == expected
