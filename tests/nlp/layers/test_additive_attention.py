"""Claims of additive attention and its masks; what holds of all layers is in test_layer_contract.py."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.additive_attention import additive_attention_backward, additive_attention_forward
from nlp.layers.attention import HIDDEN, padding_bias
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

BATCH, STEPS, PLACES, UNITS, WIDTH = 3, 4, 5, 6, 2


def drawn(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def answers(v: Array, q: Array, k: Array, values: Array, bias: Array | None = None) -> Array:
    return additive_attention_forward({"v": v}, q, k, values, bias, Workspace(np.float64))[0].copy()


def of_a_batch(
    batch: int = BATCH, steps: int = STEPS, places: int = PLACES, units: int = UNITS, width: int = WIDTH
) -> tuple[Array, Array, Array, Array]:
    """v, queries, keys and values."""
    shapes = (units,), (batch, steps, units), (batch, places, units), (batch, places, width)
    v, q, k, values = (drawn(*shape, seed=seed) for seed, shape in enumerate(shapes))
    return v, q, k, values


def test_two_keys_of_which_one_fits() -> None:
    """Scores ln 3, of tanh(1 + 1), and 0, of tanh(1 - 1): y = 3/4 · 8 + 1/4 · 4 = 7."""
    v = np.log(3.0) / np.tanh([2.0])
    q, k, values = np.ones((1, 1, 1)), np.array([[[1.0], [-1.0]]]), np.array([[[8.0], [4.0]]])
    assert answers(v, q, k, values).item() == pytest.approx(7)


def test_it_depends_on_the_sum_of_query_and_key_alone() -> None:
    v, q, k, values = of_a_batch()
    np.testing.assert_allclose(answers(v, q + 0.5, k - 0.5, values), answers(v, q, k, values), rtol=1e-12)
    np.testing.assert_allclose(answers(-v, -q, -k, values), answers(v, q, k, values), rtol=1e-12)


def test_rows_that_have_ended_are_as_they_are_alone() -> None:
    v, q, k, values = of_a_batch()
    lengths = np.array([5, 3, 1])
    bias = padding_bias(lengths, PLACES, np.float64)[:, 0]
    together = answers(v, q, k, values, bias)
    k[1, 3:], values[1, 3:] = 1e3, 1e3
    np.testing.assert_array_equal(answers(v, q, k, values, bias), together)
    for row, length in enumerate(lengths.tolist()):
        of_row = slice(row, row + 1)
        alone = answers(v, q[of_row], k[of_row, :length], values[of_row, :length])
        np.testing.assert_allclose(together[row], alone[0], rtol=1e-12)


def test_a_query_that_may_see_nothing_gets_the_mean() -> None:
    v, q, k, values = (each.astype(np.float32) for each in of_a_batch())
    p, workspace = {"v": v}, Workspace()
    bias = np.full((BATCH, 1, PLACES), HIDDEN, np.float32)
    y, cache = additive_attention_forward(p, q, k, values, bias, workspace)
    np.testing.assert_allclose(y, np.broadcast_to(values.mean(axis=1)[:, None], y.shape), rtol=1e-5)
    grad, parts = {"v": np.zeros_like(v)}, [np.empty_like(each) for each in (q, k, values)]
    additive_attention_backward(p, grad, y.copy(), cache, parts[0], parts[1], parts[2], workspace)
    assert all(np.isfinite(each).all() for each in (*parts, grad["v"]))


def test_queries_of_ten_thousand_are_no_matter() -> None:
    v, q, k, values = (each.astype(np.float32) for each in of_a_batch())
    y = answers(1e4 * v, 1e4 * q, 1e4 * k, values)
    assert np.isfinite(y).all()
    assert (np.abs(y) <= np.abs(values).max() + 1e-5).all()


@pytest.mark.parametrize(("batch", "steps", "places"), [(40, 9, 7), (2, 70, 60), (1, 3, 1500)])
def test_blocks_give_what_one_gives_in_less_memory(batch: int, steps: int, places: int) -> None:
    """Of many texts, of many steps of a text, and of one step of many places."""
    units, width = 64, 3
    v, q, k, values = of_a_batch(batch, steps, places, units, width)
    dy, dq, dk, d_values = (
        drawn(batch, steps, width, seed=9),
        *(np.empty_like(each) for each in (q, k, values)),
    )
    grad = {"v": np.zeros(units)}
    tracemalloc.start()
    try:
        workspace = Workspace(np.float64)
        y, cache = additive_attention_forward({"v": v}, q, k, values, None, workspace)
        additive_attention_backward({"v": v}, grad, dy, cache, dq, dk, d_values, workspace)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    u = np.tanh(q[:, :, None] + k[:, None])
    assert peak < u.nbytes
    weights = np.exp(u @ v)
    weights /= weights.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(y, weights @ values, rtol=1e-10, atol=1e-12)
    dz = weights * (dy @ values.swapaxes(1, 2) - (dy * y).sum(axis=2)[..., None])
    du = dz[..., None] * v * (1 - u**2)
    expected = np.einsum("bts,btsa->a", dz, u), du.sum(axis=2), du.sum(axis=1), weights.swapaxes(1, 2) @ dy
    for one, other in zip((grad["v"], dq, dk, d_values), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)
