"""What trains a recurrent classifier over labelled texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlp.classification.losses import Loss, fitted_temperature, untrained_loss
from nlp.classification.recurrent.classifier import network_scores
from nlp.classification.recurrent.network import ClassifierNetwork
from nlp.layers.arrays import Floats, Indices
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.tokens import TokenBatch
from nlp.networks.sentence_learner import SentenceLearner
from nlp.networks.token_numbering import Numbered


@dataclass(frozen=True)
class Labelled:
    """Texts and their labels, as shares that add up to the weight of each text: (N, L)."""

    text: Numbered
    targets: Floats


class RecurrentClassifierLearner(SentenceLearner):
    """A network, labelled texts and settings, made ready to train.

    Attributes: `network`; `examples`; `valid`, held-out texts.
    """

    prediction = "text"
    worst = 8.0, 4.0

    def __init__(
        self,
        network: ClassifierNetwork,
        loss: Loss,
        examples: Labelled,
        forgotten: Floats,
        *,
        valid: Labelled | None = None,
    ) -> None:
        super().__init__(
            network, examples.text, forgotten, untrained_loss(network.config.loss, examples.targets.shape[1])
        )
        self.network, self.examples, self.valid, self._loss = network, examples, valid, loss

    def loss_and_grad(
        self,
        sentences: Indices,
        batch: TokenBatch,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, float]:
        """Add the gradient of some texts; return their loss in summed nats, and their weight."""
        targets = self.examples.targets[sentences]
        nats = self.network.loss_and_grad(
            batch, lambda scores: self._loss.loss_and_grad(scores, targets), gradients, workspace, generator
        )
        return nats, float(targets.sum())

    def evaluate(self) -> float | None:
        """The mean loss of the held-out texts."""
        if self.valid is None:
            return None
        return sum(self._loss.loss_and_grad(*part)[0] for part in self._held_out()) / len(self.valid.targets)

    def temperature(self) -> float:
        """By what scores are divided, so that probabilities are calibrated where there are held-out texts."""
        return 1.0 if self.valid is None else fitted_temperature(self._loss, list(self._held_out()))

    def rehearse_epoch_end(self) -> int:
        """With held-out texts, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0

    def _held_out(self) -> Iterator[tuple[Floats, Floats]]:
        """The scores of held-out texts and their labels."""
        if self.valid is not None:
            yield network_scores(self.network, self.valid.text), self.valid.targets
