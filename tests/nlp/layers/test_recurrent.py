from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.cells.gru import Gru
from nlp.layers.cells.gru_reset_after import GruResetAfter
from nlp.layers.cells.lstm import Lstm
from nlp.layers.cells.rnn import Rnn
from nlp.layers.parameters import Parameters
from nlp.layers.recurrent import lookup_forward, recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace
from tests.nlp.layers.layer_cases import CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from nlp.layers.cells.cell import Cell

    Array = npt.NDArray[np.floating[Any]]

T, B, D, H = 6, 4, 3, 5
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
both_ways = pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
GOLDENS = json.loads(Path(__file__).with_name("torch_goldens.json").read_text(encoding="utf-8"))


def weights(cell: Cell) -> dict[str, Array]:
    parameters = Parameters(cell.shapes(D, H), np.float64)
    parameters.flat[:] = np.random.default_rng(3).standard_normal(parameters.flat.size)
    return parameters.views()


def drawn(*shape: int) -> Array:
    return np.random.default_rng(len(shape)).standard_normal(shape)


def forward(
    cell: Cell,
    p: Mapping[str, Array],
    x: Array,
    state: Array | None = None,
    *,
    active: Sequence[int] | None = None,
    reverse: bool = False,
) -> tuple[Array, Array]:
    """Output and final state."""
    state = np.zeros((cell.states, x.shape[1], H)) if state is None else state.copy()
    h, _ = recurrent_forward(cell, p, x, state, Workspace(np.float64), active=active, reverse=reverse)
    return h.copy(), state


@every_cell
@both_ways
def test_a_ragged_row_equals_its_sequence_run_alone(cell: Cell, reverse: bool) -> None:
    p, x, start = weights(cell), drawn(T, B, D), drawn(cell.states, B, H)
    lengths = [6, 4, 4, 1]
    active = [sum(length > t for length in lengths) for t in range(T)]
    h, end = forward(cell, p, x, start, active=active, reverse=reverse)
    for row, length in enumerate(lengths):
        one = slice(row, row + 1)
        alone, end_alone = forward(cell, p, x[:length, one], start[:, one], reverse=reverse)
        np.testing.assert_allclose(h[:length, one], alone, atol=1e-14)
        np.testing.assert_allclose(end[:, one], end_alone, atol=1e-14)


@every_cell
def test_reverse_is_forward_over_reversed_time(cell: Cell) -> None:
    p, x, start = weights(cell), drawn(T, B, D), drawn(cell.states, B, H)
    there, end = forward(cell, p, x, start)
    back, end_back = forward(cell, p, np.ascontiguousarray(x[::-1]), start, reverse=True)
    np.testing.assert_array_equal(back[::-1], there)
    np.testing.assert_array_equal(end_back, end)


@every_cell
def test_two_half_batches_with_the_state_carried_equal_a_whole_one(cell: Cell) -> None:
    p, x, start = weights(cell), drawn(T, B, D), drawn(cell.states, B, H)
    whole, end = forward(cell, p, x, start)
    first, between = forward(cell, p, x[:2], start)
    second, end_of_second = forward(cell, p, x[2:], between)
    np.testing.assert_allclose(np.concatenate((first, second)), whole, atol=1e-14)
    np.testing.assert_allclose(end_of_second, end, atol=1e-14)


@every_cell
def test_the_state_ends_with_the_last_output(cell: Cell) -> None:
    h, end = forward(cell, weights(cell), drawn(T, B, D))
    np.testing.assert_array_equal(end[0], h[-1])


@every_cell
@both_ways
def test_lookup_equals_the_embedded_sequence(cell: Cell, reverse: bool) -> None:
    p, E, start = weights(cell), drawn(7, D), drawn(cell.states, B, H)
    ids = np.random.default_rng(0).integers(0, 7, (T, B)).astype(np.int32)
    expected, end = forward(cell, p, E[ids], start, reverse=reverse)
    h, _ = lookup_forward(cell, p, E, ids, start, Workspace(np.float64), reverse=reverse)
    np.testing.assert_allclose(h, expected, atol=1e-13)
    np.testing.assert_allclose(start, end, atol=1e-13)


@pytest.mark.parametrize("wrong", [-1, 7])
def test_ids_outside_the_vocabulary_are_refused(wrong: int) -> None:
    cell = Rnn()
    with pytest.raises(IndexError, match=r"outside \[0, 7\)"):
        lookup_forward(
            cell, weights(cell), drawn(7, D), np.array([[wrong]], np.int32), drawn(1, 1, H), Workspace()
        )


@every_cell
def test_the_hook_sees_the_gradient_of_every_state(cell: Cell) -> None:
    """The gradient of a state is that of the initial state of the rest of the sequence."""
    p, x, dh = weights(cell), drawn(T, B, D), drawn(T, B, H)
    grad = Parameters(cell.shapes(D, H), np.float64).views()
    state, workspace = np.zeros((cell.states, B, H)), Workspace(np.float64)
    _, cache = recurrent_forward(cell, p, x, state, workspace)
    seen: dict[int, Array] = {}
    recurrent_backward(cell, p, grad, dh, cache, workspace, on_step=lambda t, d: seen.update({t: d.copy()}))
    assert sorted(seen) == list(range(T))
    for t in range(T - 1):
        _, middle = forward(cell, p, x[: t + 1])
        d_state = np.zeros_like(middle)
        _, cache = recurrent_forward(cell, p, x[t + 1 :], middle, workspace)
        recurrent_backward(cell, p, grad, dh[t + 1 :], cache, workspace, d_state=d_state)
        d_state[0] += dh[t]
        np.testing.assert_allclose(seen[t], d_state, atol=1e-12)


def test_an_lstm_that_neither_forgets_nor_reads_keeps_its_memory() -> None:
    """With b_f = 50 and b_i = -50: f = σ(50) = 1 - 2e-22 = 1 and i = 2e-22, so c_t = 1 c_{t-1} + 0 g."""
    cell, p = Lstm(), {name: 0.1 * tensor for name, tensor in weights(Lstm()).items()}
    p["b"][0], p["b"][1] = -50, 50
    start = drawn(2, B, H)
    h, end = forward(cell, p, drawn(T, B, D), start)
    np.testing.assert_allclose(end[1], start[1], rtol=1e-14)
    assert np.abs(h).max() > 0.1  # the output is still gated: the memory, not the output, is kept


def test_a_gru_whose_update_gate_is_one_keeps_its_state() -> None:
    """With b_z = 50: z = 1, so h_t = 1 h_{t-1} + 0 n."""
    for cell in (Gru(), GruResetAfter()):
        p = {name: 0.1 * tensor for name, tensor in weights(cell).items()}
        p["b"][1] = 50
        start = drawn(1, B, H)
        _, end = forward(cell, p, drawn(T, B, D), start)
        np.testing.assert_allclose(end, start, rtol=1e-14)


def test_a_gru_that_resets_nothing_and_updates_all_is_the_plain_rnn() -> None:
    """With b_r = 50 and b_z = -50: r = 1, z = 0, so h_t = n = tanh(W x + U (1 h) + b)."""
    for cell in (Gru(), GruResetAfter()):
        p = {name: 0.1 * tensor for name, tensor in weights(cell).items()}
        p["b"][0], p["b"][1] = 50, -50
        plain = {name: p[name][2:] for name in "WUb"}
        if "b_reset" in p:
            plain["b"] = plain["b"] + p["b_reset"]  # r = 1 lets it through whole
        x = drawn(T, B, D)
        np.testing.assert_allclose(forward(cell, p, x)[0], forward(Rnn(), plain, x)[0], atol=1e-14)


def test_a_gru_that_resets_all_does_not_see_its_past() -> None:
    """With b_r = -50 and b_z = -50: r = 0, z = 0, so h_t = tanh(W x_t + U (0 h) + b) = tanh(W x_t + b)."""
    for cell in (Gru(), GruResetAfter()):
        p = {name: 0.1 * tensor for name, tensor in weights(cell).items()}
        p["b"][:2] = -50
        x = drawn(T, B, D)
        expected = np.tanh(x @ p["W"][2] + p["b"][2])
        np.testing.assert_allclose(forward(cell, p, x, drawn(1, B, H))[0], expected, atol=1e-14)


def by_hand(cell: Gru | Lstm, p: Mapping[str, Array], x: Array, state: Array) -> Array:
    """The equations read aloud, one step of one row at a time."""

    def sigma(z: Array) -> Array:
        y: Array = 1 / (1 + np.exp(-z))
        return y

    W, U, b = p["W"], p["U"], p["b"]
    h, outputs = state[0], []
    c = state[-1]
    for x_t in x:
        if isinstance(cell, Lstm):
            i, f, o = (sigma(x_t @ W[k] + h @ U[k] + b[k]) for k in range(3))
            c = f * c + i * np.tanh(x_t @ W[3] + h @ U[3] + b[3])
            h = o * np.tanh(c)
        else:
            r, z = (sigma(x_t @ W[k] + h @ U[k] + b[k]) for k in range(2))
            h = z * h + (1 - z) * np.tanh(x_t @ W[2] + (r * h) @ U[2] + b[2])
        outputs.append(h)
    return np.array(outputs)


@pytest.mark.parametrize("cell", [Lstm(), Gru()], ids=["lstm", "gru"])
def test_equations_read_aloud(cell: Gru | Lstm) -> None:
    p, x, start = weights(cell), drawn(T, B, D), drawn(cell.states, B, H)
    np.testing.assert_allclose(forward(cell, p, x, start)[0], by_hand(cell, p, x, start), atol=1e-14)


# Places of our gates among PyTorch's: i f g o, and r z n.
ORDER = {"rnn-tanh": [0], "rnn-relu": [0], "lstm": [0, 1, 3, 2], "gru": [0, 1, 2]}


def from_torch(name: str, tensors: Mapping[str, Any]) -> dict[str, Array]:
    def by_gate(key: str) -> Array:
        stacked = np.array(tensors[key])
        split = stacked.reshape(len(ORDER[name]), -1, *stacked.shape[1:])[ORDER[name]]
        return np.ascontiguousarray(split.swapaxes(1, -1))  # PyTorch multiplies from the left

    ours = {"W": by_gate("weight_ih_l0"), "U": by_gate("weight_hh_l0"), "b": by_gate("bias_ih_l0")}
    return ours | ({"b_reset": by_gate("bias_hh_l0")[2]} if name == "gru" else {})


@pytest.mark.parametrize("name", ORDER)
def test_equals_pytorch(name: str) -> None:
    cell: Cell = {"lstm": Lstm(), "gru": GruResetAfter()}.get(name) or Rnn(relu=name == "rnn-relu")
    of, expected = GOLDENS[name]["tensors"], GOLDENS[name]["gradients"]
    p, workspace = from_torch(name, of), Workspace(np.float64)
    state, d_state = np.array(of["start"]), np.array(of["to_state"])
    grad = {key: np.zeros_like(tensor) for key, tensor in p.items()}
    h, cache = recurrent_forward(cell, p, np.array(of["x"]), state, workspace)
    np.testing.assert_allclose(h, of["h"], atol=1e-12)
    np.testing.assert_allclose(state, of["state"], atol=1e-12)
    dx = recurrent_backward(cell, p, grad, np.array(of["to_h"]), cache, workspace, d_state=d_state)
    np.testing.assert_allclose(dx, expected["x"], atol=1e-12)
    np.testing.assert_allclose(d_state, expected["start"], atol=1e-12)
    for key, gradient in from_torch(name, expected).items():
        np.testing.assert_allclose(grad[key], gradient, atol=1e-12)
