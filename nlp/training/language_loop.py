"""The loop over the windows of a text: same seed, same bytes, any number of workers, interrupted or not.

The columns of a batch are split into shards, whose number is a setting and not that of the workers. Each
worker computes the gradients of some shards; barrier; each sums some blocks of all gradients, shard after
shard; barrier; each applies some blocks; barrier. So no sum depends on which worker computes it, and every
random number is addressed by what it is for (see `RandomStreams`), not by who draws it.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import DivergedError
from nlp.layers.clipping import norm_factor
from nlp.layers.workspace import Workspace
from nlp.training.checkpoint import TrainingState, going_on_from, take_
from nlp.training.gradients import ShardedGradient
from nlp.training.optimizers import Step
from nlp.training.progress import ProgressMeter
from nlp.training.step_loop import Watch
from nlp.training.team import Member, run_team, shared_array

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from nlp.data.batches import StreamBatches
    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Parameters
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.early_stopping import EarlyStopping
    from nlp.training.optimizers import Optimizer
    from nlp.training.sequence_model import SequenceModel

INITIAL_WEIGHTS, _DROPOUT = 0, 1  # purposes of random numbers
_STATISTICS_RATE = 0.1  # share of the newest batch in a running mean, as PyTorch has it
_WORSE_THAN_NOTHING = 1.5  # times the loss before any training


@dataclass(frozen=True)
class LanguageRun:
    """Everything about a training run but the model.

    Attributes: `batches` of the text, whose columns are split into `shards`; `learning_rate`, a function of
    the epoch, from 0; `clip`, the greatest norm of the gradient of the mean loss, and `clip_value`, the
    greatest magnitude of a value in it (0: no limit); `stopping`, where text is held out.
    """

    batches: StreamBatches
    shards: int
    epochs: int
    optimizer: Optimizer
    learning_rate: Callable[[int], float]
    randomness: RandomStreams
    clip: float = 0.0
    clip_value: float = 0.0
    stopping: EarlyStopping | None = None


def share_(model: SequenceModel) -> None:
    """Move what a model learns into memory that workers share."""
    model.parameters, model.statistics = (_shared(part) for part in (model.parameters, model.statistics))


def _shared(parameters: Parameters) -> Parameters:
    flat = shared_array(parameters.flat.shape, parameters.flat.dtype)
    flat[...] = parameters.flat
    return parameters.like(flat)


def train_language(
    model: SequenceModel, run: LanguageRun, workers: int = 1, watch: Watch | None = None
) -> list[float]:
    """Train all epochs of a model after `share_`; return the mean loss of each, in nats a token.

    Raises: DivergedError where a loss or a gradient is not finite, or an epoch's mean loss is far worse than
            that of the untrained model; WorkerError where a worker died; whatever `watch` raises.
    """
    watch = watch or Watch()
    meter = ProgressMeter(run.batches.text.length, run.epochs, watch.on_progress)
    loop = _LanguageLoop(model, run, meter, watch)
    if watch.resume:
        loop.resume_(watch.resume)
    with np.errstate(over="ignore", invalid="ignore"):  # what diverges is told in words, by DivergedError
        run_team(min(workers, run.shards), loop.work)
    if run.stopping:
        run.stopping.restore_best_()
    return meter.epoch_losses


@dataclass(frozen=True)
class _Position:
    """A place between two steps: `epoch` from 0, the `window` of it that comes next, `step`s taken in all."""

    epoch: int = 0
    window: int = 0
    step: int = 0


class _LanguageLoop:
    """What the workers share, and the loop that each of them runs."""

    def __init__(self, model: SequenceModel, run: LanguageRun, meter: ProgressMeter, watch: Watch) -> None:
        self._model, self._run, self._meter, self._watch = model, run, meter, watch
        self._at = _Position()
        columns = run.batches.columns
        self._places = [shard * columns // run.shards for shard in range(run.shards + 1)]
        self._fresh = [model.new_state(end - start) for start, end in pairwise(self._places)]
        # Two of each, by turns: while the leader saves one, the other workers already overwrite the other.
        self._states = [[shared_array(state.shape, state.dtype) for state in self._fresh] for _ in range(2)]
        self._gradient = ShardedGradient(model.parameters, run.shards)
        self._observed = [_shared(model.statistics) for _ in range(run.shards)]
        self._losses: npt.NDArray[np.float64] = shared_array((run.shards, 2), np.float64)
        self._stopped: npt.NDArray[np.int8] = shared_array((1,), np.int8)
        self._untrained = math.nan

    def resume_(self, state: TrainingState) -> None:
        """Adopt a saved state, before any worker starts. Raises: ModelError if it does not fit this run."""
        with going_on_from(state, self._state()):
            self._at = _Position(**state.figures["position"])
            self._untrained = float(state.figures["untrained"])
            self._meter.resume_(state.figures["meter"])
            for name, vector in self._arrays().items():
                take_(vector, state.arrays[name])
            if self._run.stopping:
                self._run.stopping.resume_(state.figures["stopping"], state.arrays)

    def work(self, member: Member) -> None:
        """Train: the whole of what one worker does."""
        workspace = Workspace(self._model.parameters.flat.dtype)
        self._meter.start(self._done())
        while self._at.epoch < self._run.epochs and not self._stopped[0]:
            for _ in range(self._at.window, self._run.batches.windows):
                self._step(member, workspace)
            if member.index == 0:
                self._end_epoch()
            self._at = _Position(self._at.epoch + 1, step=self._at.step)
            member.wait()  # all see whether to stop
            if member.index == 0:
                self._meet_boundary()

    def _step(self, member: Member, workspace: Workspace) -> None:
        at, run = self._at, self._run
        rate = run.learning_rate(at.epoch)
        # Up to the first barrier no worker changes the last state: a signal can be acted upon at once.
        with self._watch.at_rest() if member.index == 0 else nullcontext():
            self._compute(member, workspace)
            member.wait()
        nats, tokens = self._losses.sum(axis=0).tolist()
        self._gradient.sum_(run.clip_value * tokens, member)
        member.wait()
        norm = self._gradient.norm() / tokens
        if member.index == 0:
            self._check(nats / tokens, norm, rate)
            self._average_statistics()
        factor = norm_factor(norm, run.clip) if run.clip else 1.0
        update = Step(rate, factor / tokens, at.step)
        self._gradient.apply_(run.optimizer, update, member)
        self._at = _Position(at.epoch, at.window + 1, at.step + 1)
        member.wait()
        if member.index == 0:  # the others start on the next step, but change no weight until we join them
            self._meter.add_loss(nats, tokens)
            self._meter.report(at.epoch, self._at.step, rate, self._done())
            self._meet_boundary()

    def _done(self) -> float:
        """Part of the training that is done."""
        batches = self._run.batches
        of_epoch = batches.tokens_before(self._at.window) / batches.text.length
        return min(self._at.epoch + of_epoch, self._run.epochs) / self._run.epochs

    def _compute(self, member: Member, workspace: Workspace) -> None:
        """Compute the gradients of some shards."""
        at, run = self._at, self._run
        for shard in member.share(run.shards):
            before = self._states[at.step % 2] if at.window else self._fresh
            state = self._states[(at.step + 1) % 2][shard]
            state[...] = before[shard]
            self._losses[shard] = self._model.loss_and_grad(
                run.batches.batch(at.window, self._places[shard], self._places[shard + 1]),
                state,
                self._gradient.shards[shard],
                self._observed[shard],
                workspace,
                run.randomness.at(_DROPOUT, at.epoch, at.window * run.shards + shard),
            )

    def _check(self, loss: float, norm: float, rate: float) -> None:
        if not math.isfinite(loss) or not math.isfinite(norm):
            what = f"the {'gradient' if math.isfinite(loss) else 'loss'} is not finite"
            raise self._diverged(what, rate, self._at.step + 1)
        if self._at.step == 0:
            self._untrained = max(loss, math.log(len(self._run.batches.text.vocabulary)))

    def _average_statistics(self) -> None:
        statistics = self._model.statistics.flat
        mean = sum(observed.flat for observed in self._observed) / len(self._observed)
        statistics += max(_STATISTICS_RATE, 1 / (self._at.step + 1)) * (mean - statistics)

    def _end_epoch(self) -> None:
        epoch, stopping, valid_loss = self._at.epoch, self._run.stopping, None
        rate = self._run.learning_rate(epoch)
        if stopping:
            with self._meter.outside_training(), self._watch.at_rest():
                valid_loss = stopping.evaluate()
            if not math.isfinite(valid_loss):
                raise self._diverged("the loss of the held-out text is not finite", rate, self._at.step)
            self._stopped[0] = stopping.take(valid_loss)
        # Clipping can keep diverged weights finite for ever: only the loss tells.
        loss = self._meter.close_epoch()
        if loss > _WORSE_THAN_NOTHING * self._untrained:
            what = f"a mean loss of {loss:.3f} nats a token, {self._untrained:.3f} before any training,"
            raise self._diverged(what, rate, self._at.step)
        self._meter.tell_epoch(epoch, self._at.step, rate, valid_loss)

    def _meet_boundary(self) -> None:
        if self._watch.on_boundary:
            with self._meter.outside_training():
                self._watch.on_boundary(self._state)

    def _state(self) -> TrainingState:
        stopping = self._run.stopping
        at = _Position(self._run.epochs, step=self._at.step) if self._stopped[0] else self._at
        figures: dict[str, Any] = {"position": asdict(at), "meter": self._meter.figures()}
        figures["untrained"] = self._untrained
        arrays: dict[str, Any] = self._arrays()
        if stopping:
            figures["stopping"] = stopping.figures()
            arrays |= stopping.arrays()
        return TrainingState(figures, arrays)

    def _arrays(self) -> dict[str, Floats]:
        """All arrays that change from step to step; the best weights so far are not among them."""
        states = enumerate(self._states[self._at.step % 2])
        return {
            "parameters": self._model.parameters.flat,
            "statistics": self._model.statistics.flat,
            **{f"state.{shard}": state for shard, state in states},
            **{f"optimizer.{name}": vector for name, vector in self._run.optimizer.state.items()},
        }

    def _diverged(self, what: str, rate: float, step: int) -> DivergedError:
        return DivergedError(
            f"training diverged: {what} in epoch {self._at.epoch + 1}, step {step}, "
            f"learning rate {rate:.6g}; start again with a lower --lr (a tenth of it, say) or a lower --clip"
        )
