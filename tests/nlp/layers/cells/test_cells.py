from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.cells import CELLS as TABLE
from nlp.layers.cells import make_cell
from nlp.layers.cells.gru import Gru
from nlp.layers.cells.gru_reset_after import GruResetAfter
from nlp.layers.cells.lstm import Lstm
from nlp.layers.cells.rnn import Rnn
from nlp.layers.cells.single_step import StepWeights
from nlp.layers.parameters import Parameters
from nlp.layers.recurrent import recurrent_forward
from nlp.layers.workspace import Workspace
from nlp.networks.config import ACTIVATIONS, GRU_RESETS, LanguageModelConfig
from nlp.networks.config import CELLS as CHOICES
from tests.nlp.layers.layer_cases import CELLS

if TYPE_CHECKING:
    from nlp.layers.cells.cell import Cell

T, D, H, V = 6, 3, 5, 7


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("rows", [None, 3], ids=["one text", "three texts"])
@pytest.mark.parametrize("by_table", [False, True], ids=["inputs", "table"])
def test_the_single_step_is_the_step_of_the_scan(cell: Cell, rows: int | None, by_table: bool) -> None:
    """Whether it takes vectors or token numbers; `None` is one text without the axis of rows."""
    rng = np.random.default_rng(4)
    parameters = Parameters(cell.shapes(D, H), np.float64)
    parameters.flat[:] = rng.standard_normal(parameters.flat.size)
    p, E, ids = parameters.views(), rng.standard_normal((V, D)), rng.integers(0, V, (T, rows or 1))
    start = rng.standard_normal((cell.states, rows or 1, H))
    state, single = start.copy(), start.copy() if rows else start[:, 0].copy()
    expected, _ = recurrent_forward(cell, p, E[ids], state, Workspace(np.float64))
    step = cell.single_step(StepWeights(cell.sigmas, p, E if by_table else None), single)
    for t in range(T):
        x = ids[t] if rows else ids[t, 0]
        h = step(x if by_table else E[x])
        np.testing.assert_allclose(h, expected[t] if rows else expected[t, 0], atol=1e-13)
    np.testing.assert_allclose(single, state if rows else state[:, 0], atol=1e-13)
    assert np.shares_memory(h, single)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_the_single_step_keeps_the_dtype(cell: Cell) -> None:
    p = Parameters(cell.shapes(D, H)).views()
    step = cell.single_step(StepWeights(cell.sigmas, p), np.zeros((cell.states, H), np.float32))
    assert step(np.ones(D, np.float32)).dtype == np.float32


def test_cells_by_name() -> None:
    assert isinstance(make_cell("rnn", activation="relu", gru_reset="after"), Rnn)
    assert isinstance(make_cell("lstm"), Lstm)
    assert isinstance(make_cell("gru"), Gru)
    assert isinstance(make_cell("gru", gru_reset="after"), GruResetAfter)
    for name, options in (("cnn", {}), ("gru", {"gru_reset": "never"}), ("rnn", {"activation": "step"})):
        with pytest.raises(ValueError, match=r"'cnn'|'gru never'|'rnn step'"):
            make_cell(name, **options)


def test_the_settings_offer_every_cell() -> None:
    forms = {"rnn": ACTIVATIONS, "gru": GRU_RESETS}
    offered = [(name, form) for name in CHOICES if name != "nnlm" for form in forms.get(name, ("",))]
    assert sorted(offered) == sorted(TABLE)


def test_the_bias_that_starts_at_its_setting_is_that_of_the_forget_gate() -> None:
    """With f = σ(50) = 1 and no input, c_t = c_{t-1}."""
    cell = Lstm()
    p = Parameters(cell.shapes(D, H), np.float64).views()
    assert cell.forget is not None
    p["b"][cell.forget] = 50
    state = np.ones((2, 1, H))
    recurrent_forward(cell, p, np.zeros((T, 1, D)), state, Workspace(np.float64))
    np.testing.assert_allclose(state[1], 1)
    assert LanguageModelConfig().forget_bias == 1
