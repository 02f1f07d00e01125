"""What trains a recurrent tagger over labelled sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Indices
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.batch_learner import Batch
from nlp.networks.encoders.tokens import TokenBatch
from nlp.networks.sentence_learner import SentenceLearner
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_numbering import Numbered
from nlp.parallel.team import shared_array
from nlp.tagging.labels import Chain
from nlp.tagging.recurrent.hashed import HashedFeatures
from nlp.tagging.recurrent.tagger import network_labels
from nlp.training.learner import Phase, Position


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
        forgotten: Floats,
        *,
        valid: Labelled | None = None,
        hashed: HashedFeatures | None = None,
    ) -> None:
        super().__init__(network, examples.text, forgotten, math.log(len(chain.names)))
        self.network, self.chain, self.examples, self.valid = network, chain, examples, valid
        self.hashed = hashed
        if hashed:
            self.learnt = [*self.learnt, hashed.weights]
            hashed.make_room_(self._batches.places)
        # Of each sentence of a step, how many places of the step are before it.
        self._before: Indices = shared_array((len(self.text.lengths),), np.int64)

    def loss_and_grad(
        self,
        sentences: Indices,
        batch: TokenBatch,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, float]:
        """Add the gradient of some sentences; return their loss in summed nats, and their places."""
        places = self.text.places(sentences)
        labels = self.examples.labels[places].astype(np.int32)
        if not self.hashed:
            loss = self.network.loss_and_grad(batch, labels, gradients, workspace, generator)
            return loss, sum(batch.active)
        scores, rows = self.hashed.scores(places, generator)
        loss = self.network.loss_and_grad(batch, labels, gradients, workspace, generator, scores)
        steps = np.arange(len(places))[:, None]
        alive = steps < self.text.lengths[sentences]
        self.hashed.put_((self._before[sentences] + steps)[alive], scores[alive], rows[:, alive])
        return loss, sum(batch.active)

    def place_(self, data: Batch) -> None:
        """Copy the numbers of the sentences, and where each begins, to where all workers see them."""
        super().place_(data)
        lengths = self.text.lengths[data.sentences]
        self._before[data.sentences] = np.cumsum(lengths) - lengths

    def phases(self, workers: int) -> Sequence[Phase]:
        """Those of the network, and the moves of the weights of features."""
        hashed = [Phase(self.hashed.parts, self._move_hashed)] if self.hashed else []
        return *super().phases(workers), *hashed

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:
        """Those of the network, and the weights of features with their sums of squared gradients."""
        hashed = {"hashed": self.hashed.weights, "squares": self.hashed.squares} if self.hashed else {}
        return super().arrays(at) | hashed

    def evaluate(self) -> float | None:
        """The share of wrong labels of the held-out text."""
        if self.valid is None:
            return None
        further = self.hashed.held_out_scores if self.hashed else None
        found = network_labels(self.network, self.chain, self.valid.text, further)
        wrong = int(np.count_nonzero(found != self.valid.labels))
        # Below any share that is possible, and above 0, which would say that nothing can be got better.
        return (wrong + 0.5) / (len(found) + 1)

    def rehearse_epoch_end(self) -> int:
        """With held-out text, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0

    def _move_hashed(self, at: Position, task: int) -> None:
        """Move some of the weights of features, at a rate that falls as that of the network does."""
        if self.hashed:
            falling = self.learning_rate(at) / self._first_rate
            self.hashed.move_(int(self._losses[:, 1].sum()), falling, task)
