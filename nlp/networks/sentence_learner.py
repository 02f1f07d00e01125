"""What trains a network over the tokens of sentences, whatever it tells of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

import numpy as np

from nlp.data.sentence_batches import SentenceBatches
from nlp.layers.arrays import Floats, Indices
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.batch_learner import BatchLearner
from nlp.networks.encoders.tokens import TokenBatch, TokenEncoder
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.token_numbering import Numbered
from nlp.training.learner import Position
from nlp.training.optimizers.adam import Adam
from nlp.training.schedules import linear_decay

_UNKNOWN = 1
_LAST_RATE = 0.05  # of the first learning rate


def _adam(weights: Parameters) -> Adam:
    return Adam(weights.flat.size, weights.flat.dtype)


class TokenNetwork(Protocol):
    """A network over tokens: an encoder and a head over one vector of parameters."""

    encoder: TokenEncoder
    parameters: Parameters

    @property
    def config(self) -> TokenNetworkConfig:
        """Its settings, and those of its training."""

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights."""


class SentenceLearner(BatchLearner):
    """A network, sentences and settings, made ready to train by Adam, at a rate that falls along a line.

    `forgotten` (V,) tells of each word how often it is read as unknown, so that it is learnt what that means.
    `untrained` is the loss of a prediction before training, in nats.

    Attributes: `text`, the sentences.
    """

    def __init__(self, network: TokenNetwork, text: Numbered, forgotten: Floats, untrained: float) -> None:
        config = network.config
        batches = SentenceBatches(text.lengths, config.batch_size)
        super().__init__(network, batches, config, _adam, untrained)
        self.tokens, self.text = len(text.tokens), text
        self._encoder, self._forgotten, self._first_rate = network.encoder, forgotten, config.lr

    @abstractmethod
    def loss_and_grad(
        self,
        sentences: Indices,
        batch: TokenBatch,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, float]:
        """Add the gradient of some sentences; return their loss in summed nats, and of how many predictions.

        `batch` is what the network reads of them; `generator` is for its dropout.
        """

    def learning_rate(self, at: Position) -> float:
        """It falls to a twentieth."""
        done = (at.epoch + self.part_done(at.number)) / self.epochs
        return linear_decay(self._first_rate, _LAST_RATE * self._first_rate, done)

    def shard_loss(
        self, sentences: Indices, gradients: Parameters, workspace: Workspace, generator: np.random.Generator
    ) -> tuple[float, float]:
        """Read some sentences, some of their words as unknown, and add their gradient."""
        batch = self.text.batch(sentences, spelt=self._encoder.spelling is not None)
        forgotten = generator.random(batch.words.shape) < self._forgotten[batch.words]
        batch = batch._replace(words=np.where(forgotten, np.int32(_UNKNOWN), batch.words))
        return self.loss_and_grad(sentences, batch, gradients, workspace, generator)
