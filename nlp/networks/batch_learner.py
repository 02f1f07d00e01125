"""What trains a network batch by batch, over sentences of about the same length."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.data.sentence_batches import SentenceBatches
from nlp.layers.arrays import Indices
from nlp.layers.clipping import norm_factor
from nlp.layers.parameters import Parameters
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.parallel.team import shared_array
from nlp.training.divergence import NotFiniteError
from nlp.training.gradients import ShardedGradient
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.optimizers.optimizer import Optimizer, Step
from nlp.wording import Message

_ORDER, _DROPOUT, _INITIAL_WEIGHTS = 0, 1, 2  # purposes of random numbers


@dataclass(frozen=True)
class Batch:
    """The numbers of the sentences of a step, by falling length."""

    sentences: Indices


class Trainable(Protocol):
    """What is learnt: weights over one vector of parameters."""

    parameters: Parameters

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights."""


class BatchSettings(Protocol):
    """The settings of a training by batches: see `TokenNetworkConfig`."""

    @property
    def epochs(self) -> int:
        """Passes over the sentences."""

    @property
    def clip(self) -> float:
        """The largest norm of a gradient; 0: any."""

    @property
    def shards(self) -> int:
        """Parts of a batch."""

    @property
    def seed(self) -> int:
        """Where all random numbers come from."""


class BatchLearner(Learner[Batch]):
    """A network, batches of sentences and settings, made ready to train.

    A step is a batch of sentences of about the same length, whose shards, a fixed number of them, have
    gradients and dropout of their own; these are summed, clipped and applied by an optimizer. `untrained` is
    the loss of a prediction before training, in nats.
    """

    worst = 1.5, 1.5
    remedy = Message("a lower `lr` (a tenth of it, say)")

    def __init__(
        self,
        network: Trainable,
        batches: SentenceBatches,
        settings: BatchSettings,
        make_optimizer: Callable[[Parameters], Optimizer],
        untrained: float,
    ) -> None:
        """`make_optimizer` makes the one that moves these weights."""
        self.epochs = settings.epochs
        self._trained, self._settings, self._untrained = network, settings, untrained
        self._randomness = RandomStreams(settings.seed)
        shared = network.parameters.like(shared_array)
        network.parameters = shared
        network.initialize_(self._randomness.at(_INITIAL_WEIGHTS))
        self.learnt = [shared.flat]
        self._batches = batches
        self.steps_per_epoch = batches.steps
        self.shards = min(settings.shards, batches.most)
        self._batch: npt.NDArray[np.int64] = shared_array((batches.most + 1,), np.int64)
        self._losses: npt.NDArray[np.float64] = shared_array((self.shards, 2), np.float64)
        self._optimizer = make_optimizer(shared)
        self._gradient = ShardedGradient(shared, self.shards, self._optimizer)
        self._workspace = Workspace(shared.flat.dtype)

    @abstractmethod
    def shard_loss(
        self, sentences: Indices, gradients: Parameters, workspace: Workspace, generator: np.random.Generator
    ) -> tuple[float, float]:
        """Add the gradient of some sentences; return their loss in summed nats, and of how many predictions.

        `generator` is for what is left out at random.
        """

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Batch]:
        """Yield the sentences of each step, of about the same length, in another order each epoch."""
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
        nats, predictions = self._losses.sum(axis=0).tolist()
        if math.isfinite(nats) and not math.isfinite(self._gradient.norm()):
            raise NotFiniteError("the gradient")
        yield Loss(nats, predictions, self._untrained * predictions)

    def part_done(self, number: int) -> float:
        """The share of the steps: they are of about the same size."""
        return min(number / self.steps_per_epoch, 1.0)

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:  # noqa: ARG002  moved in place
        """Weights, and the optimizer's memory."""
        memory = {f"optimizer.{name}": vector for name, vector in self._optimizer.state.items()}
        return {"parameters": self._trained.parameters.flat, **memory}

    def team_size(self, workers: int) -> int:
        """A batch has only so many shards."""
        return min(workers, self.shards)

    def _compute(self, at: Position, shard: int) -> None:
        """Compute the gradient of one shard: of every so-manieth sentence."""
        sentences = self._batch[1 : self._batch[0] + 1][shard :: self.shards]
        if not len(sentences):
            self._losses[shard] = 0
            return
        generator = self._randomness.at(_DROPOUT, at.epoch, at.number * self.shards + shard)
        gradient = self._gradient.shards[shard]
        self._losses[shard] = self.shard_loss(sentences, gradient, self._workspace, generator)

    def _sum(self, at: Position, task: int) -> None:  # noqa: ARG002  the same at each step
        """Sum some blocks of the gradients of all shards."""
        self._gradient.sum_(task, 0)

    def _move(self, at: Position, task: int) -> None:
        """Move some blocks of the weights."""
        predictions, clip = float(self._losses[:, 1].sum()), self._settings.clip
        factor = norm_factor(self._gradient.norm() / predictions, clip) if clip else 1.0
        step = Step(self.learning_rate(at), factor / predictions, at.step)
        self._gradient.apply_(task, step)
