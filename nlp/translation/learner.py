"""What trains an encoder–decoder over pairs of texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nlp.data.sentence_batches import SentenceBatches, by_length
from nlp.evaluation.bleu import Bleu
from nlp.layers.arrays import Indices
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.batch_learner import BatchLearner
from nlp.training.learner import Position
from nlp.training.optimizers.adam import Adam
from nlp.training.optimizers.muon import Muon
from nlp.training.optimizers.optimizer import Optimizer
from nlp.training.schedules import warm_up_and_fall
from nlp.training.transformer_settings import MUON
from nlp.translation.network import TranslationNetwork
from nlp.translation.pairs import NumberedPairs, Pair
from nlp.translation.translator import Translator

_BETA2 = 0.98  # of Adam, whose steps are bolder so: Vaswani et al. 2017, §5.3
_WARM_UP = 0.05  # of the training
_EVALUATED = 2000  # pieces of targets that are evaluated together


def _optimizer(name: str, weights: Parameters) -> Optimizer:
    dtype = weights.flat.dtype
    return Muon(weights.shapes, dtype) if name == MUON else Adam(weights.flat.size, dtype, _BETA2)


@dataclass(frozen=True)
class HeldOut:
    """Held-out pairs, and as numbers those that are no longer than those of the training."""

    pairs: Sequence[Pair]
    numbered: NumberedPairs


class TranslationLearner(BatchLearner):
    """A network, pairs and settings, made ready to train.

    Attributes: `translator`, of the network as it is; `pairs`; `valid`, held-out pairs; `tokenizer`, by which
    their BLEU is told.
    """

    prediction = "token"

    def __init__(
        self,
        network: TranslationNetwork,
        translator: Translator,
        pairs: NumberedPairs,
        *,
        valid: HeldOut | None = None,
        tokenizer: str,
    ) -> None:
        config, lengths = network.config, pairs.targets.lengths
        super().__init__(
            network,
            SentenceBatches(lengths, config.batch_size),
            config,
            partial(_optimizer, config.optimizer),
            math.log(network.parameters["E"].shape[0]),
        )
        self.tokens = int(lengths.sum())
        self.network, self.translator, self.pairs, self.valid = network, translator, pairs, valid
        self.tokenizer, self._highest_rate = tokenizer, config.highest_rate
        self._scores: dict[str, float] = {}

    def shard_loss(
        self, sentences: Indices, gradients: Parameters, workspace: Workspace, generator: np.random.Generator
    ) -> tuple[float, float]:
        """Add the gradient of some pairs; return their loss in summed nats, and how many pieces they have."""
        batch = self.pairs.batch(sentences)
        return self.network.loss_and_grad(batch, gradients, workspace, generator), len(batch.targets)

    def learning_rate(self, at: Position) -> float:
        """It rises along a line for a twentieth of the training, and falls along one to nothing."""
        return warm_up_and_fall(self._highest_rate, _WARM_UP, at.step, self.steps_per_epoch * self.epochs)

    def evaluate(self) -> float | None:
        """The mean loss of the held-out pairs, in nats a piece; takes their BLEU too."""
        if self.valid is None:
            return None
        self._scores = {"bleu": self.bleu()}
        nats = pieces = 0.0
        for some in by_length(self.valid.numbered.targets.lengths, _EVALUATED):
            batch = self.valid.numbered.batch(some)
            nats += self.network.loss(batch, self._workspace)
            pieces += len(batch.targets)
        return nats / pieces

    def scores(self) -> Mapping[str, float]:
        """The BLEU of the last evaluation."""
        return self._scores

    def bleu(self) -> float:
        """The BLEU of the held-out pairs, each translated by the best piece at every step; 0 without any."""
        bleu = Bleu(self.tokenizer)
        pairs = self.valid.pairs if self.valid else ()
        found = self.translator.translate([pair.source for pair in pairs], beam=1)
        for pair, (best, *_) in zip(pairs, found, strict=True):
            bleu.add(pair.target, best.text)
        return bleu.score()

    def rehearse_epoch_end(self) -> int:
        """With held-out pairs, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0
