"""The probabilities of labels by a network, many texts at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.classification.losses import make_loss
from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.classification.recurrent.network import ClassifierNetwork
from nlp.classification.recurrent.texts import TextTokens
from nlp.data.sentence_batches import by_length
from nlp.layers.arrays import Floats
from nlp.layers.workspace import Workspace
from nlp.networks.token_numbering import Numbered, Numbering

_AT_A_TIME = 4_000  # places that are read together


@dataclass(frozen=True)
class RecurrentClassifier:
    """A trained network that tells how probable each label of a text is.

    Attributes: `network`; `numbering` of tokens; `labels`, their names; `counts` (L,), how many training
    texts each had; `temperature`, by which scores are divided so that probabilities are calibrated;
    `metadata`, what its file tells of it.
    """

    network: ClassifierNetwork
    numbering: Numbering
    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    temperature: float
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> RecurrentClassifierConfig:
        """Its settings."""
        return self.network.config

    @property
    def size(self) -> str:
        """What it knows, in words."""
        return f"{len(self.labels):,} labels, {len(self.numbering.words):,} words"

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """The probability of each label.

        Shapes: T texts -> (T, L)
        """
        cut = TextTokens(self.config.mode, cased=self.config.cased)
        scores = network_scores(self.network, self.numbering.numbered([cut.of(text) for text in texts]))
        loss = make_loss(self.config.loss, self.counts)
        return np.exp(loss.log_probabilities(scores / np.float32(self.temperature)))


def network_scores(network: ClassifierNetwork, text: Numbered) -> Floats:
    """The scores of labels of all texts, (N, L)."""
    p, spelt = network.parameters, network.encoder.spelling is not None
    scores: Floats = np.empty((len(text.lengths), len(p["output.b"])), p.flat.dtype)
    workspace = Workspace(p.flat.dtype)
    for sentences in by_length(text.lengths, _AT_A_TIME):
        scores[sentences] = network.scores(text.batch(sentences, spelt=spelt), workspace)
    return scores
