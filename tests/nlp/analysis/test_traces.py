"""Traces: gates and states are those that the equations give, whatever was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.analysis.traces import Tracer
from nlp.errors import ModelError
from tests.nlp.analysis.test_trained_gradient_norms import VOCABULARY, loaded

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats

IDS = np.array([2, 3, 1, 4], np.int32)


def sigmoid(z: Floats) -> Floats:
    y: Floats = 1 / (1 + np.exp(-z))
    return y


def tracer(**settings: object) -> Tracer:
    return Tracer(loaded(**settings).model, VOCABULARY.line_end)


def test_the_gates_of_an_lstm_make_its_states() -> None:
    first, second = tracer(cell="lstm").read(IDS)
    for layer in (first, second):
        assert list(layer) == ["i", "f", "o", "c̃", "h", "c"]
        assert all(array.shape == (4, 12) for array in layer.values())
        c = layer["f"][1:] * layer["c"][:-1] + layer["i"][1:] * layer["c̃"][1:]
        np.testing.assert_allclose(layer["c"][1:], c, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(layer["h"], layer["o"] * np.tanh(layer["c"]), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("reset", ["before", "after"])
def test_the_gates_of_a_gru_make_its_state(reset: str) -> None:
    for layer in tracer(cell="gru", gru_reset=reset).read(IDS):
        assert list(layer) == ["r", "z", "h̃", "h"]
        z = layer["z"][1:]
        h = z * layer["h"][:-1] + (1 - z) * layer["h̃"][1:]
        np.testing.assert_allclose(layer["h"][1:], h, rtol=1e-4, atol=1e-6)


def test_the_first_token_is_read_behind_a_line_end() -> None:
    model = loaded(cell="gru", layers=1)
    p = {name: array.astype(np.float64) for name, array in model.model.parameters.scope("forward.0").items()}
    E, h = model.model.parameters["E"].astype(np.float64), np.zeros(12)
    for token in (VOCABULARY.line_end, IDS[0]):
        r, z = (sigmoid(E[token] @ p["W"][g] + h @ p["U"][g] + p["b"][g]) for g in (0, 1))
        h = z * h + (1 - z) * np.tanh(E[token] @ p["W"][2] + (r * h) @ p["U"][2] + p["b"][2])
    (layer,) = Tracer(model.model, VOCABULARY.line_end).read(IDS)
    np.testing.assert_allclose(layer["h"][0], h, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("norm", ["none", "batch", "batch-input"])
def test_a_text_may_come_in_pieces_and_begin_anew(norm: str) -> None:
    whole = tracer(cell="lstm", norm=norm).read(IDS)
    parts = tracer(cell="lstm", norm=norm)
    first, rest = parts.read(IDS[:1]), parts.read(IDS[1:])
    for name in ("f", "c", "h"):
        np.testing.assert_allclose(np.vstack((first[1][name], rest[1][name])), whole[1][name], atol=1e-6)
    parts.restart()
    again = parts.read(IDS)
    np.testing.assert_allclose(again[1]["h"], whole[1]["h"], atol=1e-6)


def test_an_rnn_has_a_state_alone() -> None:
    assert [list(layer) for layer in tracer(cell="rnn").read(IDS)] == [["h"], ["h"]]


@pytest.mark.parametrize("settings", [{"cell": "nnlm"}, {"cell": "gru", "bidirectional": True}])
def test_other_networks_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="from left to right"):
        tracer(**settings)
