"""Every form of a language model, small, and a batch for it: what all their tests run over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nlp.data.batches import Batch
from nlp.networks.config import LanguageModelConfig
from nlp.networks.network import Network
from nlp.networks.transformer_config import TransformerConfig

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.networks.network import NetworkConfig

VOCABULARY = 11
SMALL = LanguageModelConfig(layers=2, hidden=5, embed_dim=4)
OF_CELLS: dict[str, LanguageModelConfig] = {
    "lstm": SMALL,
    "one layer": LanguageModelConfig(layers=1, hidden=5, embed_dim=4),
    "gru": LanguageModelConfig(cell="gru", hidden=5, embed_dim=4),
    "gru after": LanguageModelConfig(cell="gru", gru_reset="after", hidden=5, embed_dim=4),
    "rnn": LanguageModelConfig(cell="rnn", hidden=5, embed_dim=4),
    "relu": LanguageModelConfig(cell="rnn", activation="relu", hidden=5, embed_dim=4, init_scale=0.4),
    "tied": LanguageModelConfig(hidden=5, embed_dim=5, tied=True),
    "dropout": LanguageModelConfig(hidden=5, embed_dim=4, dropout=0.3),
    "adaptive": LanguageModelConfig(hidden=5, embed_dim=4, softmax="adaptive"),
    "adaptive dropout": LanguageModelConfig(
        cell="gru", hidden=5, embed_dim=4, softmax="adaptive", dropout=0.3
    ),
    "batch-input": LanguageModelConfig(hidden=3, embed_dim=3, norm="batch-input"),
    "batch lstm": LanguageModelConfig(hidden=3, embed_dim=3, norm="batch"),
    "batch gru": LanguageModelConfig(cell="gru", hidden=3, embed_dim=3, norm="batch"),
    "batch-input gru after": LanguageModelConfig(
        cell="gru", gru_reset="after", hidden=3, embed_dim=3, norm="batch-input"
    ),
    "batch rnn": LanguageModelConfig(cell="rnn", hidden=3, embed_dim=3, norm="batch"),
    "nnlm": LanguageModelConfig(cell="nnlm", context=3, hidden=5, embed_dim=4),
    "nnlm direct": LanguageModelConfig(cell="nnlm", context=2, direct=True, hidden=5, embed_dim=4),
    "nnlm dropout": LanguageModelConfig(
        cell="nnlm", context=2, direct=True, dropout=0.3, hidden=5, embed_dim=4
    ),
    "nnlm adaptive": LanguageModelConfig(cell="nnlm", context=2, softmax="adaptive", hidden=5, embed_dim=4),
    "nnlm tied": LanguageModelConfig(cell="nnlm", context=1, tied=True, hidden=4, embed_dim=4),
}
TRANSFORMER = TransformerConfig(layers=2, heads=2, dim=8, ffn=6, context=4)
CASES: dict[str, NetworkConfig] = {
    **OF_CELLS,
    "transformer": TRANSFORMER,
    "transformer dropout": replace(TRANSFORMER, context=7, dropout=0.3),
}


def made(config: NetworkConfig, vocabulary: int = VOCABULARY, dtype: type = np.float64) -> Network:
    """A model that starts where seed 3 puts it, biases too, so that no gradient is zero."""
    model = Network(config, vocabulary, dtype=dtype)
    rng = np.random.default_rng(3)
    model.initialize_(rng)
    model.parameters.flat[...] += rng.uniform(-0.3, 0.3, model.parameters.flat.size)
    model.parameters.averages[...] += rng.uniform(0, 0.3, model.parameters.averages.size)
    return model


def batch_of(
    steps: int = 6, streams: int = 3, vocabulary: int = VOCABULARY, dtype: type = np.float64
) -> Batch:
    """Random tokens; the last prediction of the last stream does not count."""
    ids = np.random.default_rng(steps).integers(0, vocabulary, (steps + 1, streams)).astype(np.int32)
    mask: Floats = np.ones((steps, streams), dtype)
    mask[-1, -1] = 0
    return Batch(ids[:-1], ids[1:], mask)
