"""What trains a network over a text, by truncated backpropagation through time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.data.batches import Batch, StreamBatches
from nlp.data.corpus import Corpus
from nlp.errors import InputError
from nlp.layers.clipping import norm_factor
from nlp.layers.parameters import Parameters
from nlp.layers.random_streams import RandomStreams
from nlp.layers.workspace import Workspace
from nlp.networks.evaluation import held_out_batches, mean_loss
from nlp.networks.network import Network
from nlp.parallel.team import shared_array
from nlp.text.vocabulary import NAMES, WORDS
from nlp.training.divergence import NotFiniteError
from nlp.training.gradients import ShardedGradient
from nlp.training.language_settings import WindowSettings
from nlp.training.learner import Learner, Loss, Phase, Position
from nlp.training.optimizers import MOMENTS, make_optimizer
from nlp.training.optimizers.optimizer import Step
from nlp.wording import Message, number_of

INITIAL_WEIGHTS, _DROPOUT = 0, 1  # purposes of random numbers
_STATISTICS_RATE = 0.1  # share of the newest batch in a running mean, as PyTorch has it
_FEW_STEPS = 200
_WEIGHT_BYTES = 4


class NetworkLearner(Learner[Batch]):
    """A network, a text and settings, made ready to train.

    A step is a batch: a window of each column of the text. Its columns are split into shards, whose number is
    a setting and not that of the workers: each has its own gradient, dropout and batch statistics. The
    gradients are summed block by block, shard after shard, clipped, and applied by the optimizer.

    The first weights are drawn from the seed, and moved to memory that workers share. `valid` is held-out
    text, encoded with the same vocabulary.

    Attributes: `model`; `text`; `settings`; `batches` of the text; `shards`, how many each is split into.

    Raises: InputError where there is nothing to learn, or to evaluate
    """

    prediction = "token"
    worst = 1.5, 1.5
    remedy = Message("a lower `lr` (a tenth of it, say) or a lower `clip`")

    def __init__(
        self,
        model: Network,
        text: Corpus,
        settings: WindowSettings,
        *,
        valid: Corpus | None = None,
    ) -> None:
        check_text(text)
        if valid and not valid.length:
            raise InputError("the held-out text is empty: nothing to evaluate on")
        self.model, self.text, self.settings = model, text, settings
        self.epochs, self.tokens = settings.epochs, text.length
        model.parameters = _shared(model.parameters)
        self.learnt = [model.parameters.flat, model.parameters.averages]
        self._randomness = RandomStreams(settings.seed)
        model.initialize_(self._randomness.at(INITIAL_WEIGHTS))
        columns = settings.columns(text.length)
        self.batches = StreamBatches(text, columns, settings.bptt)
        self.steps_per_epoch = self.batches.windows
        self._held_out = held_out_batches(valid, columns * settings.bptt) if valid else None

        self.shards = min(settings.shards, columns)
        self._bounds = [shard * columns // self.shards for shard in range(self.shards + 1)]
        self._batch = _room_for(settings.bptt, columns)
        self._fresh = [model.new_state(end - start) for start, end in pairwise(self._bounds)]
        # Two of each, by turns: a state may be saved while that of the next step is computed.
        self._states = [[shared_array(state.shape, state.dtype) for state in self._fresh] for _ in range(2)]
        self._losses: npt.NDArray[np.float64] = shared_array((self.shards, 2), np.float64)
        self._untrained: npt.NDArray[np.float64] = shared_array((1,), np.float64)
        dtype = model.parameters.flat.dtype
        self._optimizer = make_optimizer(
            settings.optimizer, model.parameters.shapes, dtype, settings.weight_decay
        )
        self._gradient = ShardedGradient(model.parameters, self.shards, self._optimizer)
        self._workspace = Workspace(dtype)

    def steps(self, epoch: int, skip: int = 0) -> Iterator[Batch]:  # noqa: ARG002  each epoch reads the same
        """Read the windows of the text in order."""
        return self.batches.read(skip)

    def place_(self, data: Batch) -> None:
        """Copy a batch to where all workers see it; the last one of an epoch may be shorter."""
        rows = len(data.ids)
        for shared, part in zip(self._batch, (data.ids, data.targets, data.mask), strict=True):
            shared[:rows] = part

    def phases(self, workers: int) -> Sequence[Phase]:  # noqa: ARG002  shards and blocks are for any number
        """Compute the gradients of shards; sum them; move the weights and, in one task, the statistics."""
        blocks = self._gradient.tasks
        return Phase(self.shards, self._compute), Phase(blocks, self._sum), Phase(blocks + 1, self._move)

    def losses(self, at: Position) -> Iterator[Loss]:
        """The loss of the batch. Raises: NotFiniteError for its gradient."""
        nats, tokens = self._losses.sum(axis=0).tolist()
        if at.step == 0:
            self._untrained[0] = max(nats / tokens, math.log(len(self.text.vocabulary)))
        if math.isfinite(nats) and not math.isfinite(self._gradient.norm()):
            raise NotFiniteError("the gradient")
        yield Loss(nats, tokens, float(self._untrained[0]) * tokens)

    def part_done(self, number: int) -> float:
        """The share of the text that lies in the windows before this one."""
        return self.batches.tokens_before(number) / self.text.length

    def learning_rate(self, at: Position) -> float:
        """As the settings have it."""
        return self.settings.rate(at.epoch, at.step, self.steps_per_epoch * self.epochs)

    def arrays(self, at: Position) -> dict[str, npt.NDArray[Any]]:
        """Weights, statistics, the state carried from window to window, and the optimizer's memory."""
        return {
            "parameters": self.model.parameters.flat,
            "statistics": self.model.parameters.averages,
            "untrained": self._untrained,
            **{f"state.{shard}": state for shard, state in enumerate(self._states[at.step % 2])},
            **{f"optimizer.{name}": vector for name, vector in self._optimizer.state.items()},
        }

    def evaluate(self) -> float | None:
        """Cross-entropy of the held-out text in nats per token."""
        return mean_loss(self.model, self._held_out) if self._held_out else None

    def team_size(self, workers: int) -> int:
        """A batch has only so many shards."""
        return min(workers, self.shards)

    def rehearse_epoch_end(self) -> int:
        """With held-out text, a copy of the best weights is kept."""
        return sum(array.nbytes for array in self.learnt) if self._held_out else 0

    def advice(self) -> Iterator[str]:
        """Yield what is likely to go wrong, each with its remedy."""
        columns, asked = self.batches.columns, self.settings.batch_size
        if columns < asked:
            yield Message(
                f"only {number_of(self.text.length, 'token')}: they are read as "
                f"{number_of(columns, 'column')} instead of the {asked} of `batch_size`, which would have "
                f"less than `bptt` {self.settings.bptt} tokens each"
            )
        steps = self.steps_per_epoch * self.epochs
        if steps < _FEW_STEPS:
            yield Message(
                f"the training has only {number_of(steps, 'step')}; raise `epochs`, or lower "
                f"`batch_size` or `bptt`"
            )

    def _compute(self, at: Position, shard: int) -> None:
        """Compute the gradient of one shard."""
        before = self._states[at.step % 2] if at.number else self._fresh
        state = self._states[(at.step + 1) % 2][shard]
        state[...] = before[shard]
        rows = min(self.batches.bptt, self.batches.height - at.number * self.batches.bptt)
        columns = slice(self._bounds[shard], self._bounds[shard + 1])
        self._losses[shard] = self.model.loss_and_grad(
            Batch(*(np.ascontiguousarray(part[:rows, columns]) for part in self._batch)),
            state,
            self._gradient.shards[shard],
            self._workspace,
            self._randomness.at(_DROPOUT, at.epoch, at.number * self.shards + shard),
        )

    def _sum(self, at: Position, task: int) -> None:  # noqa: ARG002  the same at each step
        """Sum some blocks of the gradients of all shards."""
        self._gradient.sum_(task, self.settings.clip_value * float(self._losses[:, 1].sum()))

    def _move(self, at: Position, task: int) -> None:
        """Move some blocks of the weights or, as the last task, the running means of batch statistics."""
        if task == self._gradient.tasks:
            statistics = self.model.parameters.averages
            mean = sum(gradient.averages for gradient in self._gradient.shards) / self.shards
            statistics += max(_STATISTICS_RATE, 1 / (at.step + 1)) * (mean - statistics)
            return
        tokens, clip = float(self._losses[:, 1].sum()), self.settings.clip
        factor = norm_factor(self._gradient.norm() / tokens, clip) if clip else 1.0
        self._gradient.apply_(task, Step(self.learning_rate(at), factor / tokens, at.step))


def least_bytes(parameters: int, tokens: int, settings: WindowSettings) -> int:
    """The memory of the float32 weights of a training, of their gradient in each shard, and their moments.

    That of a batch comes on top.
    """
    shards = min(settings.shards, settings.columns(tokens))
    return parameters * _WEIGHT_BYTES * (1 + shards + MOMENTS[settings.optimizer])


def _shared(parameters: Parameters) -> Parameters:
    """The same numbers in memory that workers share."""
    shared = parameters.like(shared_array)
    shared.flat[...], shared.averages[...] = parameters.flat, parameters.averages
    return shared


def _room_for(rows: int, columns: int) -> tuple[npt.NDArray[Any], ...]:
    """Room for a batch (ids, targets, mask) in memory that workers share."""
    return tuple(shared_array((rows, columns), kind) for kind in (np.int32, np.int32, np.float32))


def check_text(text: Corpus) -> None:
    """Refuse a text from which nothing can be learnt.

    Raises: InputError for fewer than two tokens in the vocabulary beside the line end and <unk>
    """
    vocabulary = text.vocabulary
    types = text.types
    if types < 2:
        kind = f"distinct {NAMES[vocabulary.level]}"
        remedy = "give it more text" + (", or lower `min_count`" if text.unknown else "")
        if vocabulary.level == WORDS and (types or text.unknown):
            remedy += "; text without spaces between its words goes through nlptool tokenize first"
        raise InputError(
            Message(
                f"only {number_of(types, kind)} to learn from in {number_of(text.length, 'token')}; a "
                f"language model needs two: {remedy}"
            )
        )
