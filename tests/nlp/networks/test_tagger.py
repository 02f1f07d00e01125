"""The network of a tagger: its gradients, and that a sentence is read as if it stood alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.workspace import Workspace
from nlp.networks.encoders.spelling import Spelt
from nlp.networks.encoders.tokens import TokenBatch
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_config import TAGGER_CELLS, TokenNetworkConfig
from tests.nlp.layers.gradcheck import check_slopes
from tests.nlp.layers.poisoned import PoisonedWorkspace

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Parameters

LABELS = 3
SMALL = TokenNetworkConfig(hidden=4, embed_dim=3, chars=True, char_dim=2, char_hidden=3, dropout=0.3)
CASES = {
    **{cell: replace(SMALL, cell=cell) for cell in TAGGER_CELLS},
    "two layers": replace(SMALL, layers=2),
    "pairs": replace(SMALL, pair_dim=2),
    "without characters": replace(SMALL, chars=False),
}
every_case = pytest.mark.parametrize("config", CASES.values(), ids=CASES)


def made(config: TokenNetworkConfig) -> TaggerNetwork:
    """A network in which label 2 cannot follow label 0, and biases are not zero either."""
    allowed, ends = np.ones((LABELS, LABELS), np.bool_), np.ones(LABELS, np.bool_)
    allowed[0, 2] = False
    vectors = np.random.default_rng(1).standard_normal((3, 2))
    network = TaggerNetwork(config, 5, 6, 4, vectors, (allowed, ends, ends), dtype=np.float64)
    rng = np.random.default_rng(3)
    network.initialize_(rng)
    network.parameters.flat[...] += rng.uniform(-0.3, 0.3, network.parameters.flat.size)
    return network


def batch_of(rows: int = 3) -> tuple[TokenBatch, np.ndarray]:
    """The first so many of three sentences, of four, three and one places."""
    words = np.array([[1, 2, 3], [2, 4, 3], [4, 1, 3], [3, 1, 3]], np.int32)[:, :rows]
    labels = np.array([[0, 1, 2], [1, 2, 2], [2, 0, 2], [1, 0, 2]], np.int32)[:, :rows]
    characters = np.array([[1, 2, 3, 4], [5, 1, 1, 4], [2, 2, 1, 4]], np.int32)
    rank = np.array([0, 3, 1, 0, 2], np.int32)
    active = [min(alive, rows) for alive in (3, 2, 2, 1)]
    return TokenBatch(
        words,
        words % 3,
        np.stack([words % 4, (words + 1) % 4], axis=2),
        Spelt(characters, [4, 2, 1], rank[words]),
        active,
    ), labels


def pass_of(network: TaggerNetwork, workspace: Workspace) -> tuple[float, Parameters]:
    """Loss and gradients, the dropout always the same."""
    gradients = network.parameters.like()
    batch, labels = batch_of()
    return network.loss_and_grad(batch, labels, gradients, workspace, np.random.default_rng(5)), gradients


@every_case
def test_gradients_are_the_slopes_of_the_loss(config: TokenNetworkConfig) -> None:
    network, workspace = made(config), Workspace(np.float64)
    pass_of(network, workspace)
    gradients = pass_of(network, workspace)[1].views()
    assert gradients["chain.transitions"][0, 2] == 0
    tensors = network.parameters.views()
    check_slopes(lambda: pass_of(network, workspace)[0], tensors, gradients)


def test_further_scores_are_added_and_overwritten_with_their_gradient() -> None:
    network, workspace = made(SMALL), Workspace(np.float64)
    batch, labels = batch_of()
    added = {"scores": np.random.default_rng(2).standard_normal((*labels.shape, LABELS))}

    def loss(further: Floats) -> float:
        rng = np.random.default_rng(5)
        return network.loss_and_grad(batch, labels, network.parameters.like(), workspace, rng, further)

    gradient = added["scores"].copy()
    assert loss(gradient) != pass_of(network, workspace)[0]
    ended = np.arange(len(batch.active))[:, None] >= np.array([4, 3, 1])
    assert (gradient[ended] == 0).all()
    alive = {"scores": added["scores"][~ended]}

    def loss_of_alive() -> float:
        added["scores"][~ended] = alive["scores"]
        return loss(added["scores"].copy())

    check_slopes(loss_of_alive, alive, {"scores": gradient[~ended]})


@every_case
def test_nothing_is_read_before_it_is_written(config: TokenNetworkConfig) -> None:
    network = made(config)
    loss, gradients = pass_of(network, PoisonedWorkspace(np.float64))
    other, same = pass_of(network, Workspace(np.float64))
    assert loss == other
    assert gradients.flat.tobytes() == same.flat.tobytes()


@every_case
def test_a_sentence_is_read_as_if_it_stood_alone(config: TokenNetworkConfig) -> None:
    network = made(config)

    def of_first(rows: int) -> Floats:
        h: Floats = network.hidden(batch_of(rows)[0], Workspace(np.float64))[:, 0].copy()
        return h

    np.testing.assert_allclose(of_first(1), of_first(3), rtol=1e-12)


def test_given_vectors_are_read_and_not_moved() -> None:
    network = made(CASES["lstm"])
    before, vectors = pass_of(network, Workspace(np.float64))[0], network.encoder.vectors.copy()
    assert network.encoder.vectors.tobytes() == vectors.tobytes()
    network.encoder.vectors[1:] += 1
    assert pass_of(network, Workspace(np.float64))[0] != before
