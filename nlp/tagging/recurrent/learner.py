"""What trains a recurrent tagger over labelled sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.clipping import norm_factor
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.networks.tagger import TaggerNetwork
from nlp.tagging.batches import SentenceBatches
from nlp.tagging.labels import Chain
from nlp.tagging.lattice import Indices
from nlp.tagging.recurrent.numbering import Numbered
from nlp.tagging.recurrent.tagger import network_labels
from nlp.training.divergence import NotFiniteError
from nlp.training.gradients import ShardedGradient
from nlp.training.language_settings import ADAM
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.optimizers import Step, make_optimizer
from nlp.training.schedules import linear_decay
from nlp.training.team import shared_array
from nlp.wording import Message

_ORDER, _DROPOUT, _INITIAL_WEIGHTS = 0, 1, 2  # purposes of random numbers
_LAST_RATE = 0.05  # of the first learning rate
_FORGOTTEN = 0.5  # of the words seen once: read as unknown, so that it is learnt what these mean
_UNKNOWN = 1


@dataclass(frozen=True)
class Batch:
    """The numbers of the sentences of a step, by falling length."""

    sentences: Indices


@dataclass(frozen=True)
class Labelled:
    """A text and the label of each of its places, (N,)."""

    text: Numbered
    labels: npt.NDArray[np.uint8]


class RecurrentTaggerLearner(Learner[Batch]):
    """A network, labelled sentences and settings, made ready to train.

    A step is a batch of sentences of about the same length, whose shards, a fixed number of them, have
    gradients and dropout of their own; these are summed, clipped and applied by Adam, at a rate that falls
    along a line. `rare` tells of each word whether it occurs only once: half of these are read as unknown.

    Attributes: `network`; `chain`, the labels; `examples`; `valid`, held-out text.

    Source: Huang, Xu & Yu 2015, "Bidirectional LSTM-CRF models for sequence tagging"; Lample et al. 2016,
            "Neural architectures for named entity recognition", §4.3 (words seen once)
    """

    prediction = "token"
    worst = 1.5, 1.5
    remedy = Message("a lower `lr` (a tenth of it, say)")

    def __init__(
        self,
        network: TaggerNetwork,
        chain: Chain,
        examples: Labelled,
        rare: npt.NDArray[np.bool_],
        *,
        valid: Labelled | None = None,
    ) -> None:
        config = network.config
        self.network, self.chain, self.examples, self.valid = network, chain, examples, valid
        self.epochs, self.tokens = config.epochs, len(examples.labels)
        self._config, self._rare = config, rare
        self._randomness = RandomStreams(config.seed)
        shared = network.parameters.like(shared_array)
        network.parameters = shared
        network.initialize_(self._randomness.at(_INITIAL_WEIGHTS))
        self.learnt = [shared.flat]
        self._batches = SentenceBatches(examples.text.lengths, config.batch_size)
        self.steps_per_epoch = self._batches.steps
        self.shards = min(config.shards, self._batches.most)
        self._batch: npt.NDArray[np.int64] = shared_array((self._batches.most + 1,), np.int64)
        self._gradient = ShardedGradient(shared, self.shards)
        self._losses: npt.NDArray[np.float64] = shared_array((self.shards, 2), np.float64)
        self._optimizer = make_optimizer(ADAM, shared.flat.size, shared.flat.dtype)
        self._workspace = Workspace(shared.flat.dtype)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """Yield sentences of about the same length, in another order each epoch."""
        for sentences in self._batches.read(self._randomness.at(_ORDER, epoch), skip):
            yield Batch(sentences)

    def place_(self, data: Batch) -> None:
        """Copy the numbers of the sentences to where all workers see them."""
        self._batch[0] = count = len(data.sentences)
        self._batch[1 : count + 1] = data.sentences

    def phases(self, workers: int) -> Sequence[Phase]:  # noqa: ARG002  shards and blocks are for any number
        """Compute the gradients of shards; sum them; move the weights."""
        blocks = self._gradient.tasks
        return Phase(self.shards, self._compute), Phase(blocks, self._sum), Phase(blocks, self._move)

    def losses(self, at: Position) -> Iterator[Loss]:  # noqa: ARG002  that of the last step
        """The loss of the batch; weights of 0 find all labels equal. Raises: NotFiniteError."""
        nats, places = self._losses.sum(axis=0).tolist()
        if math.isfinite(nats) and not math.isfinite(self._gradient.norm()):
            raise NotFiniteError("the gradient")
        yield Loss(nats, places, math.log(len(self.chain.names)) * places)

    def part_done(self, number: int) -> float:
        """The share of the steps: they are of about the same size."""
        return min(number / self.steps_per_epoch, 1.0)

    def learning_rate(self, at: Position) -> float:
        """It falls along a line to a twentieth."""
        done = (at.epoch + self.part_done(at.number)) / self.epochs
        return linear_decay(self._config.lr, _LAST_RATE * self._config.lr, done)

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:  # noqa: ARG002  moved in place
        """Weights, and the optimizer's memory."""
        memory = {f"optimizer.{name}": vector for name, vector in self._optimizer.state.items()}
        return {"parameters": self.network.parameters.flat, **memory}

    def evaluate(self) -> float | None:
        """The share of wrong labels of the held-out text."""
        if self.valid is None:
            return None
        found = network_labels(self.network, self.chain, self.valid.text)
        wrong = int(np.count_nonzero(found != self.valid.labels))
        # Below any share that is possible, and above 0, which would say that nothing can be got better.
        return (wrong + 0.5) / (len(found) + 1)

    def team_size(self, workers: int) -> int:
        """A batch has only so many shards."""
        return min(workers, self.shards)

    def rehearse_epoch_end(self) -> int:
        """With held-out text, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self.valid else 0

    def _compute(self, at: Position, shard: int) -> None:
        """Compute the gradient of one shard: of every so-manieth sentence."""
        sentences = self._batch[1 : self._batch[0] + 1][shard :: self.shards]
        if not len(sentences):
            self._losses[shard] = 0
            return
        text, network = self.examples.text, self.network
        generator = self._randomness.at(_DROPOUT, at.epoch, at.number * self.shards + shard)
        batch = text.batch(sentences, spelt=network.spelling is not None)
        forgotten = self._rare[batch.words] & (generator.random(batch.words.shape) < _FORGOTTEN)
        batch = batch._replace(words=np.where(forgotten, np.int32(_UNKNOWN), batch.words))
        labels = self.examples.labels[text.places(sentences)].astype(np.int32)
        gradient = self._gradient.shards[shard]
        loss = network.loss_and_grad(batch, labels, gradient, self._workspace, generator)
        self._losses[shard] = loss, sum(batch.active)

    def _sum(self, at: Position, task: int) -> None:  # noqa: ARG002  the same at each step
        """Sum some blocks of the gradients of all shards."""
        self._gradient.sum_(task, 0)

    def _move(self, at: Position, task: int) -> None:
        """Move some blocks of the weights."""
        places, clip = float(self._losses[:, 1].sum()), self._config.clip
        factor = norm_factor(self._gradient.norm() / places, clip) if clip else 1.0
        step = Step(self.learning_rate(at), factor / places, at.step)
        self._gradient.apply_(task, self._optimizer, step)
