"""The network of translation: its gradients, and that a pair is read as if it stood alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.workspace import Workspace
from nlp.translation.networks import network_of
from nlp.translation.pairs import NumberedPairs, Ragged
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.layers.poisoned import PoisonedWorkspace
from tests.nlp.translation.small import FORMS

if TYPE_CHECKING:
    from nlp.layers.parameters import Parameters
    from nlp.translation.config import TranslationConfig
    from nlp.translation.network import TranslationNetwork
    from nlp.translation.pairs import PairBatch

SIZES = 7, 7
PAIRS = NumberedPairs(
    Ragged.of([[1, 2, 6], [3, 0, 4, 5, 6], [6], [2, 2, 6]]),
    Ragged.of([[0, 6], [1, 5, 1, 6], [2, 3, 4, 0, 1, 6], [6]]),
)
every_form = pytest.mark.parametrize("config", FORMS.values(), ids=FORMS)


def batch_of(*pairs: int) -> PairBatch:
    return PAIRS.batch(np.array(pairs))


def made(config: TranslationConfig) -> TranslationNetwork:
    """A network whose biases are not zero either."""
    network = network_of(config, SIZES, np.float64)
    rng = np.random.default_rng(4)
    network.initialize_(rng)
    network.parameters.flat[...] += rng.uniform(-0.3, 0.3, network.parameters.flat.size)
    return network


def pass_of(network: TranslationNetwork, workspace: Workspace) -> tuple[float, Parameters]:
    """Loss and gradients, the dropout always the same."""
    gradients = network.parameters.like()
    batch = batch_of(0, 1, 2, 3)
    return network.loss_and_grad(batch, gradients, workspace, np.random.default_rng(5)), gradients


@every_form
def test_gradients_are_the_slopes_of_the_loss(config: TranslationConfig) -> None:
    """Without smoothing, whose loss is not told: `cross_entropy` is checked with it."""
    network, workspace = made(replace(config, label_smoothing=0.0)), Workspace(np.float64)
    pass_of(network, workspace)
    gradients = pass_of(network, workspace)[1].views()
    check_slopes(lambda: pass_of(network, workspace)[0], network.parameters.views(), gradients)


@every_form
def test_nothing_is_read_before_it_is_written(config: TranslationConfig) -> None:
    network = made(config)
    loss, gradients = pass_of(network, PoisonedWorkspace(np.float64))
    other, same = pass_of(network, Workspace(np.float64))
    assert loss == other
    assert gradients.flat.tobytes() == same.flat.tobytes()


@every_form
def test_a_pair_is_read_as_if_it_stood_alone(config: TranslationConfig) -> None:
    network = made(config)
    alone = [network.loss(batch_of(pair), Workspace(np.float64)) for pair in range(4)]
    together = network.loss(batch_of(3, 1, 0, 2), Workspace(np.float64))
    np.testing.assert_allclose(sum(alone), together, rtol=1e-12)


@every_form
def test_steps_are_those_of_reading_the_target_at_once(config: TranslationConfig) -> None:
    """What is told of each next piece, one step after the other, adds up to the loss of the pair."""
    network, workspace = made(config), Workspace(np.float64)
    batch = batch_of(1)
    memory = network.encode(batch.source, workspace)
    state, table, found = network.start(memory), network.input_table(), 0.0
    for before, target in zip(batch.inputs[:, 0], batch.targets, strict=True):
        scores, state = network.step(table, np.array([before]), state, memory, workspace)
        found += np.log(np.exp(scores[0]).sum()) - scores[0, target]
    np.testing.assert_allclose(found, network.loss(batch, Workspace(np.float64)), rtol=1e-12)


@pytest.mark.parametrize("form", ["gru", "additive"])
def test_attention_is_a_share_of_the_source_alone(form: str) -> None:
    weights = made(FORMS[form]).weights(batch_of(0, 1), Workspace(np.float64))
    assert weights is not None
    np.testing.assert_allclose(weights.sum(axis=2), 1, rtol=1e-12)
    assert weights.shape == (2, 4, 5)
    assert (weights[1, :, 3:] == 0).all()  # the first pair, which is shorter and so the second row


def test_without_attention_there_are_no_weights() -> None:
    assert made(FORMS["none"]).weights(batch_of(0), Workspace(np.float64)) is None


def test_additive_attention_looks_from_the_state_of_the_step_and_changes_no_state() -> None:
    network, workspace = made(FORMS["additive"]), Workspace(np.float64)
    batch, p, H = batch_of(1), network.parameters, network.config.hidden
    memory, table = network.encode(batch.source, workspace), network.input_table()
    start = network.start(memory)
    _, state = network.step(table, batch.inputs[0], start, memory, workspace)
    places, turned = memory.h[:, 0, : 2 * H], memory._replace(h=memory.h[::-1].copy())
    np.testing.assert_array_equal(network.step(table, batch.inputs[0], start, turned, workspace)[1], state)
    fits = np.exp(np.tanh(state[0] @ p["query.W"] + places @ p["key.W"]) @ p["score.v"])
    weights = network.weights(batch, Workspace(np.float64))
    assert weights is not None
    np.testing.assert_allclose(weights[0, 0], fits / fits.sum(), rtol=1e-9)


def test_one_vocabulary_has_one_size() -> None:
    with pytest.raises(ValueError, match="share their pieces"):
        network_of(FORMS["lstm"], (3, 4))
