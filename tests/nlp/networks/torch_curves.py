"""What the golden loss curves of PyTorch and ours start from: the same weights and batches, from one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.networks.config import LanguageModelConfig
from nlp.networks.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from nlp.layers.arrays import Floats

STEPS, WINDOW, STREAMS, PERIOD = 100, 8, 4, 2


class Curve(NamedTuple):
    """A training: the model's settings and vocabulary, learning rate, and limit of the gradient's norm."""

    config: LanguageModelConfig
    vocabulary: int
    rate: float
    clip: float


CURVES = {
    "lstm": Curve(LanguageModelConfig(cell="lstm", layers=2, hidden=12, embed_dim=9), 17, 2.0, 0.25),
    "gru after": Curve(
        LanguageModelConfig(cell="gru", gru_reset="after", layers=2, hidden=12, embed_dim=9), 17, 1.0, 0.25
    ),
    "rnn": Curve(LanguageModelConfig(cell="rnn", layers=2, hidden=12, embed_dim=9), 17, 1.0, 0.25),
    "lstm looked up": Curve(LanguageModelConfig(cell="lstm", layers=2, hidden=12, embed_dim=9), 5, 4.0, 0.1),
}
"""Rates at which rounding is not blown up: float32 and float64 agree to 2e-6. Of the smallest vocabulary, the
first layer's input is looked up."""


def weights(name: str) -> dict[str, Floats]:
    """Every tensor at the start, by our names: uniform in ±0.4."""
    config, vocabulary, *_ = CURVES[name]
    rng = np.random.Generator(np.random.Philox(11))
    shapes = Network(config, vocabulary).parameters.shapes
    return {
        tensor: (rng.random(shape, dtype=np.float32) - np.float32(0.5)) * np.float32(0.8)
        for tensor, shape in shapes.items()
    }


def windows(name: str) -> Iterator[npt.NDArray[np.int32]]:
    """The tokens of each step, (T + 1, B): those read and the ones behind them.

    They repeat, so there is something to learn.
    """
    vocabulary = CURVES[name].vocabulary
    rng = np.random.Generator(np.random.Philox(12))
    text = rng.integers(0, vocabulary, (PERIOD * WINDOW, STREAMS), dtype=np.int32)
    text = np.tile(text, (STEPS // PERIOD + 1, 1))
    for step in range(STEPS):
        yield text[step * WINDOW : (step + 1) * WINDOW + 1]
