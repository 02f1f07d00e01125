"""The gradient flow of trained models, a curve a layer."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.analysis.trained_gradient_norms import trained_flows
from nlp.errors import ModelError
from nlp.networks.config import LanguageModelConfig
from nlp.networks.files import LoadedLanguageModel
from nlp.networks.network import Network
from tests.nlp.text.vocabularies import language_vocabulary

VOCABULARY = language_vocabulary("char", "abcdef")


def loaded(**settings: object) -> LoadedLanguageModel:
    config = LanguageModelConfig(**{"hidden": 12, "embed_dim": 5, **settings})  # type: ignore[arg-type]
    model = Network(config, len(VOCABULARY))
    model.initialize_(np.random.default_rng(1))
    return LoadedLanguageModel(model, VOCABULARY, {})


@pytest.mark.parametrize("norm", ["none", "batch", "batch-input"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_layer_has_its_curve(cell: str, norm: str) -> None:
    first, second = trained_flows(loaded(cell=cell, norm=norm), 10, seed=1)
    assert (first.about["layer"], second.about["layer"]) == (1, 2)
    assert (first.cell_norms is not None) == (cell == "lstm")
    for flow in (first, second):
        assert flow.norms.shape == (11,)
        assert (flow.norms > 0).all()
        assert norm == "batch" or flow.norms[10] < flow.norms[0]
    assert first.gradient_norm == second.gradient_norm > 0


def test_lag_zero_of_the_last_layer_is_the_gradient_of_the_softmax() -> None:
    """‖Wᵀ(ŷ - y)‖ with ŷ uniform, W of one row alone that is not zero: (1/V or 1 - 1/V) ‖w‖."""
    model = loaded(cell="gru", layers=1)
    W = model.model.parameters["output.W"]
    W[...], model.model.parameters["output.b"][...] = 0, 0
    (flow,) = trained_flows(model, 2, seed=1)
    assert flow.norms[0] == 0
    W[0] = 1e-6  # as good as uniform still
    (flow,) = trained_flows(model, 2, seed=1)
    length, V = 1e-6 * np.sqrt(12), len(VOCABULARY)
    drawn = [(1 - 1 / V) if count else 1 / V for count in (0, 1)]
    assert min(drawn) * length * 0.99 < flow.norms[0] < max(drawn) * length * 1.01


def test_both_directions_of_a_bidirectional_model() -> None:
    model = loaded(cell="lstm", bidirectional=True)
    flows = trained_flows(model, 10, seed=1)
    names = ["forward layer 1", "forward layer 2", "backward layer 1", "backward layer 2"]
    assert [flow.label for flow in flows] == names
    about = [(flow.about["direction"], flow.about["layer"]) for flow in flows]
    assert about == [("forward", 1), ("forward", 2), ("backward", 1), ("backward", 2)]
    for flow in flows:
        assert (flow.norms > 0).all()
        assert flow.norms[10] < flow.norms[0]
        assert flow.cell_norms is not None


@pytest.mark.parametrize("silent", ["forward", "backward"])
def test_a_direction_that_nothing_listens_to_has_no_gradient(silent: str) -> None:
    model = loaded(cell="gru", layers=1, bidirectional=True)
    halves = dict(
        zip(("forward", "backward"), np.split(model.model.parameters["output.W"], 2, axis=1), strict=True)
    )
    halves[silent][...] = 0
    for flow in trained_flows(model, 3, seed=1):
        assert (flow.norms > 0).all() == (flow.about["direction"] != silent)
        assert (flow.norms == 0).all() == (flow.about["direction"] == silent)


def test_same_seed_same_curve() -> None:
    one, again, other = (trained_flows(loaded(), 3, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.norms, again.norms)
    assert not np.array_equal(one.norms, other.norms)


def test_a_feed_forward_model_has_none() -> None:
    with pytest.raises(ModelError, match="nnlm"):
        trained_flows(loaded(cell="nnlm"), 3, seed=1)
