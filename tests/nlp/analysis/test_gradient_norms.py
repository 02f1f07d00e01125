"""The lecture's claims on vanishing and exploding gradients, as far as they hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from nlp.analysis.gradient_norms import FreshCell, NormsByStep, fresh_flow
from nlp.layers.cells import make_cell
from nlp.layers.parameters import Parameters
from nlp.layers.recurrent import recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace

RNN, RELU, GRU = FreshCell("rnn"), FreshCell("rnn", "relu"), FreshCell("gru")


@cache
def fall(fresh: FreshCell) -> float:
    """What is left at lag 40 of the norm at lag 1."""
    norms = fresh_flow(fresh, 40).norms
    return float(norms[40] / norms[1])


def test_the_gradient_of_a_tanh_network_vanishes() -> None:
    assert fall(RNN) < 1e-12
    assert 1e-7 < fall(FreshCell("rnn", initialization="orthogonal")) < 1e-4, "U decides how fast"


def test_gates_keep_what_a_forget_bias_lets_them() -> None:
    closed, opened = FreshCell("lstm", forget_bias=0.0), FreshCell("lstm", forget_bias=1.0)
    assert fall(RNN) < 1e-2 * fall(closed) < 1e-4 * fall(opened)
    assert fall(FreshCell("lstm", forget_bias=5.0)) > 0.1
    assert fall(RNN) < 1e-2 * fall(GRU)


def test_relu_keeps_the_gradient_from_the_identity_only() -> None:
    """ReLU instead of tanh is no remedy by itself: from uniform weights it fades as fast or faster."""
    assert 0.1 < fall(FreshCell("rnn", "relu", initialization="identity")) < 10
    assert fall(RELU) < 10 * fall(RNN)


def test_large_recurrent_weights_make_it_explode_where_nothing_saturates() -> None:
    growing = FreshCell("rnn", "relu", initialization="orthogonal", recurrent_scale=2.0)
    assert fall(growing) > 1e3
    norms = fresh_flow(growing, 40).norms
    steps = norms[11:] / norms[10:-1]
    assert steps.max() / steps.min() < 1.5, "by about the same factor at each step: exponentially"


@pytest.mark.parametrize(("norm", "factor"), [("batch", 1e6), ("batch-input", 1e2)])
def test_batch_normalisation_slows_the_fall_of_tanh_but_does_not_end_it(norm: str, factor: float) -> None:
    assert fall(RNN) * factor < fall(FreshCell("rnn", norm=norm)) < 1e-4


def test_batch_normalisation_of_the_recurrence_does_more_than_that_of_the_input() -> None:
    for cell in ("lstm", "gru"):
        none, of_input, of_both = (
            fall(FreshCell(cell, norm=norm)) for norm in ("none", "batch-input", "batch")
        )
        assert none < of_input < 0.1 * of_both < 0.1


def test_clipping_lowers_the_curve_and_leaves_its_slope() -> None:
    flow = fresh_flow(FreshCell("rnn", "relu", initialization="orthogonal", recurrent_scale=2.0), 20)
    clipped = flow.clipped(1.0)
    assert clipped.clip_factor == pytest.approx(1 / flow.gradient_norm)
    np.testing.assert_allclose(clipped.norms, flow.norms / flow.gradient_norm)
    assert flow.clipped(2 * flow.gradient_norm).clip_factor == 1


def test_a_curve_starts_at_the_loss_and_has_a_cell_where_there_is_one() -> None:
    lstm, gru = fresh_flow(FreshCell("lstm"), 3), fresh_flow(GRU, 3)
    assert lstm.norms[0] == pytest.approx(1)
    assert lstm.cell_norms is not None
    assert lstm.cell_norms[0] == 0, "the last c reaches no loss but through the last h"
    assert gru.cell_norms is None
    assert (len(lstm.norms), len(gru.norms)) == (4, 4)


@pytest.mark.parametrize(
    ("cell", "gru_reset"), [("rnn", "before"), ("lstm", "before"), ("gru", "before"), ("gru", "after")]
)
def test_same_seed_same_curve(cell: str, gru_reset: str) -> None:
    fresh = FreshCell(cell, gru_reset=gru_reset, hidden=16)
    one, again = fresh_flow(fresh, 5), fresh_flow(fresh, 5)
    np.testing.assert_array_equal(one.norms, again.norms)
    other = fresh_flow(replace(fresh, seed=2), 5)
    assert not np.allclose(one.norms[1:], other.norms[1:])


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_norms_are_those_of_the_jacobians_product(name: str) -> None:
    """∂(v·h_T)/∂h_k by differences: start from the state after step k with one unit of h moved."""
    generator = np.random.default_rng(1)
    cell, hidden, steps = make_cell(name), 3, 4
    p = Parameters(cell.shapes(hidden, hidden), np.float64)
    p.flat[:] = generator.standard_normal(p.flat.size)
    x = generator.standard_normal((steps, 1, hidden))
    dh = np.zeros_like(x)
    dh[-1] = v = generator.standard_normal((1, hidden))
    by_step, workspace = NormsByStep(), Workspace(np.float64)
    state = np.zeros((cell.states, 1, hidden))
    _, trace = recurrent_forward(cell, p.views(), x, state, workspace)
    states = trace.states.copy()
    recurrent_backward(cell, p.views(), p.like().views(), dh, trace, workspace, on_step=by_step.on_step)
    for lag in range(1, steps):
        slopes = []
        for unit in range(hidden):
            ends = []
            for step in (1e-6, -1e-6):
                moved = states[:, steps - lag].copy()
                moved[0, 0, unit] += step
                h, _ = recurrent_forward(cell, p.views(), x[steps - lag :], moved, Workspace(np.float64))
                ends.append(float((h[-1] * v).sum()))
            slopes.append((ends[0] - ends[1]) / 2e-6)
        assert by_step.norms[lag][0] == pytest.approx(np.linalg.norm(slopes), rel=1e-6)
