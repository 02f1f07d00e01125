"""Every predictor, small: what the contract of predictors runs over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.decoding.mixed_predictor import MixedPredictor
from nlp.decoding.network_predictor import NetworkPredictor, RecurrentPredictor
from nlp.decoding.two_sided import OneSide
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.recurrent import RecurrentEncoder
from nlp.networks.encoders.two_sided import TwoSidedEncoder
from nlp.networks.network import Network
from nlp.ngrams.model import train_ngrams
from nlp.ngrams.predictor import NgramPredictor
from tests.nlp.decoding.bigram import random_bigrams
from tests.nlp.decoding.toy_predictor import ToyPredictor
from tests.nlp.networks import network_cases
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.decoding.predictor import Predictor
    from nlp.networks.network import NetworkConfig
    from nlp.text.vocabulary import Vocabulary

TOKENS = language_vocabulary("char", "abcdefghi")


def of_network(config: NetworkConfig, **options: Any) -> Predictor:
    """The predictor of a network with float64 weights."""
    model = network_cases.made(config)
    if isinstance(model.encoder, RecurrentEncoder):
        return RecurrentPredictor(model, model.encoder, TOKENS, **options)
    return NetworkPredictor(model, TOKENS)


def two_sided(cell: str = "gru", vocabulary: Vocabulary = TOKENS) -> Network:
    """A bidirectional network whose weights are large enough for its guesses to differ."""
    config = LanguageModelConfig(cell=cell, layers=2, hidden=4, embed_dim=3, bidirectional=True)
    model = Network(config, len(vocabulary), dtype=np.float64)
    model.initialize_(np.random.default_rng(2))
    model.parameters.flat[...] *= 4
    return model


def one_side(model: Network, vocabulary: Vocabulary = TOKENS, *, backward: bool = False) -> OneSide:
    """One side of a bidirectional network."""
    assert isinstance(model.encoder, TwoSidedEncoder)
    return OneSide(model, model.encoder, vocabulary, backward=backward)


def of_ngrams(order: int) -> Predictor:
    """The predictor of n-grams of a random text, some of them frequent."""
    ids = np.minimum(np.random.default_rng(1).geometric(0.35, 2000) - 1, len(TOKENS) - 1)
    return NgramPredictor(train_ngrams(ids.astype(np.int32), TOKENS, order))


CASES: dict[str, Callable[[], Predictor]] = {
    **{
        name: partial(of_network, config)
        for name, config in network_cases.CASES.items()
        if "dropout" not in name  # which is of training alone
    },
    "lstm, nothing looked up": partial(of_network, network_cases.SMALL, largest_table=0),
    "gru, nothing looked up": partial(of_network, network_cases.CASES["gru"], largest_table=0),
    "forward side": lambda: one_side(two_sided()),
    "backward side": lambda: one_side(two_sided(), backward=True),
    **{f"{order}-grams": partial(of_ngrams, order) for order in (1, 2, 4)},
    "bigrams of the tests": partial(random_bigrams, 0, "abcdefghi"),
    "mixed": lambda: MixedPredictor([of_ngrams(2), random_bigrams(0, "abdefgxyz")], [0.3, 0.7]),
    "toy of the tests": partial(ToyPredictor, TOKENS),
}
