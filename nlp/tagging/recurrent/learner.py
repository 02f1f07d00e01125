"""What trains a recurrent tagger over labelled sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Indices
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.tokens import TokenBatch
from nlp.networks.sentence_learner import SentenceLearner
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_numbering import Numbered
from nlp.tagging.labels import Chain
from nlp.tagging.recurrent.tagger import network_labels


@dataclass(frozen=True)
class Labelled:
    """A text and the label of each of its places, (N,)."""

    text: Numbered
    labels: npt.NDArray[np.uint8]


class RecurrentTaggerLearner(SentenceLearner):
    """A network, labelled sentences and settings, made ready to train.

    Attributes: `network`; `chain`, the labels; `examples`; `valid`, held-out text.

    Source: Huang, Xu & Yu 2015, "Bidirectional LSTM-CRF models for sequence tagging"
    """

    prediction = "token"

    def __init__(
        self,
        network: TaggerNetwork,
        chain: Chain,
        examples: Labelled,
        rare: npt.NDArray[np.bool_],
        *,
        valid: Labelled | None = None,
    ) -> None:
        super().__init__(network, examples.text, rare, math.log(len(chain.names)))
        self.network, self.chain, self.examples, self.valid = network, chain, examples, valid

    def loss_and_grad(
        self,
        sentences: Indices,
        batch: TokenBatch,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, float]:
        """Add the gradient of some sentences; return their loss in summed nats, and their places."""
        labels = self.examples.labels[self.text.places(sentences)].astype(np.int32)
        return self.network.loss_and_grad(batch, labels, gradients, workspace, generator), sum(batch.active)

    def evaluate(self) -> float | None:
        """The share of wrong labels of the held-out text."""
        if self.valid is None:
            return None
        found = network_labels(self.network, self.chain, self.valid.text)
        wrong = int(np.count_nonzero(found != self.valid.labels))
        # Below any share that is possible, and above 0, which would say that nothing can be got better.
        return (wrong + 0.5) / (len(found) + 1)

    def rehearse_epoch_end(self) -> int:
        """With held-out text, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0
