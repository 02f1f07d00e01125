"""The network of a classifier: its gradients, and that a text is read as if it stood alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.classification.losses import make_loss
from nlp.classification.recurrent.network import ClassifierNetwork
from nlp.layers.workspace import Workspace
from tests.nlp.classification.recurrent.small import FORMS
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.layers.poisoned import PoisonedWorkspace
from tests.nlp.networks.test_tagger import batch_of

if TYPE_CHECKING:
    from nlp.classification.recurrent.config import RecurrentClassifierConfig
    from nlp.layers.parameters import Parameters

TARGETS = np.array([[1, 0], [0.5, 0.5], [0, 2]])
every_form = pytest.mark.parametrize("config", FORMS.values(), ids=FORMS)


def made(config: RecurrentClassifierConfig) -> ClassifierNetwork:
    """A network whose biases are not zero either."""
    vectors = np.random.default_rng(1).standard_normal((3, 2))
    network = ClassifierNetwork(config, 5, 6, 4, vectors, 2, dtype=np.float64)
    rng = np.random.default_rng(4)
    network.initialize_(rng)
    network.parameters.flat[...] += rng.uniform(-0.3, 0.3, network.parameters.flat.size)
    return network


def pass_of(network: ClassifierNetwork, workspace: Workspace) -> tuple[float, Parameters]:
    """Loss and gradients, the dropout always the same."""
    gradients, loss = network.parameters.like(), make_loss(network.config.loss, np.array([3, 4]))
    found = network.loss_and_grad(
        batch_of()[0],
        lambda scores: loss.loss_and_grad(scores, TARGETS),
        gradients,
        workspace,
        np.random.default_rng(5),
    )
    return found, gradients


@every_form
def test_gradients_are_the_slopes_of_the_loss(config: RecurrentClassifierConfig) -> None:
    network, workspace = made(config), Workspace(np.float64)
    pass_of(network, workspace)
    gradients = pass_of(network, workspace)[1].views()
    check_slopes(lambda: pass_of(network, workspace)[0], network.parameters.views(), gradients)


@every_form
def test_nothing_is_read_before_it_is_written(config: RecurrentClassifierConfig) -> None:
    network = made(config)
    loss, gradients = pass_of(network, PoisonedWorkspace(np.float64))
    other, same = pass_of(network, Workspace(np.float64))
    assert loss == other
    assert gradients.flat.tobytes() == same.flat.tobytes()


@every_form
def test_a_text_is_read_as_if_it_stood_alone(config: RecurrentClassifierConfig) -> None:
    network = made(config)
    alone, together = (network.scores(batch_of(rows)[0], Workspace(np.float64))[0] for rows in (1, 3))
    np.testing.assert_allclose(alone, together, rtol=1e-12)
