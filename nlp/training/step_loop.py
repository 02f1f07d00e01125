"""The loop over the steps of a training: same seed, same bytes, any number of workers, interrupted or not.

A step is a fixed number of chunks of consecutive tokens. Each worker computes the gradients of some chunks,
all from the same matrices; barrier; each sums the gradients of some of the rows, in the order of the chunks,
and applies the sums; barrier. So the sum for a row does not depend on which worker computes it, and neither
does any random number: those are addressed by epoch and chunk.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import DivergedError
from nlp.training.checkpoint import TrainingState, going_on_from, take_
from nlp.training.progress import LossSum, Progress, ProgressMeter
from nlp.training.row_updates import Chunk, ChunkObjective, RowUpdates, StepPlan, apply_rows, update_tasks
from nlp.training.team import Member, run_team, shared_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import numpy.typing as npt

    from nlp.data.token_stream import TokenStream, Window
    from nlp.training.checkpoint import OnBoundary
    from nlp.training.early_stopping import EarlyStopping


@dataclass(frozen=True)
class Run:
    """Everything about a training run but the model.

    Attributes: `stream` of windows of `plan.step_tokens`; `halo`, tokens of context on either side of a
    chunk; `tokens_per_epoch`, how many tokens are expected to be left after subsampling; `words_per_epoch`,
    the tokens of the input, for reports; `learning_rate`, a function of the part of the training that is
    done; `stability`, the most that learning rate times pairs may be for one row in one step; `stopping`,
    where text is held out; `goes_on`, whether the run starts from weights that have been trained before.
    """

    stream: TokenStream
    plan: StepPlan
    halo: int
    epochs: int
    tokens_per_epoch: float
    words_per_epoch: int
    learning_rate: Callable[[float], float]
    stability: float
    stopping: EarlyStopping | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class Watch:
    """What accompanies a training without changing a bit of its result.

    Attributes: `on_progress`, called about once a second; `on_boundary`, called between two steps, see
    `OnBoundary`; `at_rest`, a context that is entered while the state of the last boundary remains unchanged,
    maybe for seconds, so that a signal can be acted upon at once; `resume`, the state to continue from.
    """

    on_progress: Callable[[Progress], None] | None = None
    on_boundary: OnBoundary | None = None
    at_rest: Callable[[], AbstractContextManager[None]] = nullcontext
    resume: TrainingState | None = None


def train_synchronously(
    objective: ChunkObjective, run: Run, workers: int, watch: Watch | None = None
) -> list[float]:
    """Train all epochs; return the mean loss of each, in nats a pair, over the chunks whose loss was taken.

    Raises: DivergedError where a loss or a weight is not finite, or an epoch's mean loss is far above (in the
            last epoch: above) both that of an untrained model and that of the model the run started from;
            WorkerError where a worker died; whatever `watch` raises.
    """
    watch = watch or Watch()
    meter = ProgressMeter(run.words_per_epoch, run.epochs, watch.on_progress)
    loop = _StepLoop(objective, run, meter, watch)
    if watch.resume:
        loop.resume_(watch.resume)
    with np.errstate(over="ignore", invalid="ignore"):  # what diverges is told in words, by DivergedError
        run_team(workers, loop.work)
    if run.stopping:
        run.stopping.restore_best_()
    return meter.epoch_losses


@dataclass(frozen=True)
class _Position:
    """A place between steps: `epoch` from 0, `number` of steps and `tokens` done in it, `step`s in all."""

    epoch: int = 0
    number: int = 0
    tokens: int = 0
    step: int = 0


_RUNNING_AWAY = 1.25  # times the untrained loss; high rates that settled later have been seen at 1.13
_WORSE_THAN_NOTHING = 1.025  # the same for the last epoch, of low rates; four times the usual lr gave 1.019
_LOSS_EVERY = 16  # chunks; the loss of a chunk costs a fifth of training on it, so this is about 1 % in all
_SAMPLED_CHUNKS = 64  # from which the loss of the model that a run starts from is estimated


class _StepLoop:
    """What the workers share, and the loop that each of them runs."""

    def __init__(self, objective: ChunkObjective, run: Run, meter: ProgressMeter, watch: Watch) -> None:
        self._objective = objective
        self._run = run
        self._meter = meter
        self._watch = watch
        self._at = _Position()
        self._updates = [
            RowUpdates.shared(run.plan.chunks * rows, matrix.shape[1])
            for matrix, rows in zip(objective.matrices, objective.rows_per_chunk, strict=True)
        ]
        self._tasks: Sequence[tuple[int, int, int]] = ()
        self._losses: npt.NDArray[np.float64] = shared_array((run.plan.chunks, 3), np.float64)
        self._untrained = LossSum()  # what an untrained model loses on the predictions counted in this epoch
        self._stopped: npt.NDArray[np.int8] = shared_array((1,), np.int8)
        # Computed before any training or resuming, so that it need not be part of a checkpoint: a resumed run
        # has been given the same weights to start from.
        self._earlier = self._loss_before() if run.goes_on else -math.inf

    def resume_(self, state: TrainingState) -> None:
        """Adopt a saved state, before any worker starts. Raises: ModelError if it does not fit this run."""
        with going_on_from(state, self._state()):
            self._at = _Position(**state.figures["position"])
            self._meter.resume_(state.figures["meter"])
            self._untrained = LossSum(*state.figures["untrained"])
            for number, matrix in enumerate(self._objective.matrices):
                take_(matrix, state.arrays[_name(number)])
            if self._run.stopping:
                self._run.stopping.resume_(state.figures["stopping"], state.arrays)

    def _loss_before(self) -> float:
        """The mean loss, before this run, of chunks spread over the text; minus infinity if none has a pair.

        On this text and these settings, a model that was trained on other or little text, or with another
        window or other negatives, may be worse than an untrained one. That would be no sign of divergence.
        """
        total, run = LossSum(), self._run
        stride = max(int(run.tokens_per_epoch) // (run.plan.chunk_tokens * _SAMPLED_CHUNKS), 1)
        for number, window in islice(enumerate(run.stream.windows(0)), None, None, stride):
            for c in range(run.plan.chunks):
                self._compute_chunk(window, number * run.plan.chunks + c, c)
                nats, predictions, _ = self._objective.loss()
                total.add(float(nats), float(predictions))
        return total.mean(otherwise=-math.inf)

    def work(self, member: Member) -> None:
        """Train: the whole of what one worker does."""
        self._tasks = update_tasks(self._objective.rows_per_chunk, member.workers)
        self._meter.start(self._done(self._at))
        while self._at.epoch < self._run.epochs and not self._stopped[0]:
            for window in self._run.stream.windows(self._at.epoch, skip=self._at.number):
                self._step(window, member)
            if member.index == 0:
                self._end_epoch()
            self._at = _Position(self._at.epoch + 1, step=self._at.step)
            member.wait()  # all see whether to stop
            if member.index == 0:
                self._meet_boundary()

    def _step(self, window: Window, member: Member) -> None:
        before = self._at
        rate = self._run.learning_rate(self._done(before))
        self._compute(window, member)
        member.wait()
        self._apply(rate, member)
        self._at = _Position(before.epoch, before.number + 1, before.tokens + window.centers, before.step + 1)
        if member.index == 0:
            self._take_losses(before.number, rate)
        member.wait()
        if member.index == 0:  # the others start on the next step, but change no weight until we join them
            self._meter.report(before.epoch, self._at.step, rate, self._done(self._at))
            self._meet_boundary()

    def _done(self, at: _Position) -> float:
        """Part of the training that is done, about: how many tokens an epoch keeps is an expectation."""
        of_epoch = min(at.tokens / self._run.tokens_per_epoch, 1.0)
        return min(at.epoch + of_epoch, self._run.epochs) / self._run.epochs

    def _compute(self, window: Window, member: Member) -> None:
        """Compute some chunks of a step."""
        chunks = self._run.plan.chunks
        for c in member.share(chunks):
            number = self._at.number * chunks + c
            self._compute_chunk(window, number, c)
            if number % _LOSS_EVERY == 0:
                self._losses[c] = self._objective.loss()

    def _compute_chunk(self, window: Window, number: int, c: int) -> None:
        """Compute the `c`-th chunk of a step, which has this `number` in its epoch."""
        size, halo = self._run.plan.chunk_tokens, self._run.halo
        places = slice(c * size, (c + 1) * size + 2 * halo)
        chunk = Chunk(window.tokens[places], window.sentences[places], self._at.epoch, number)
        parts = zip(self._updates, self._objective.rows_per_chunk, strict=True)
        self._objective.gradients(chunk, [updates.part(c, rows) for updates, rows in parts])

    def _apply(self, rate: float, member: Member) -> None:
        """Apply the updates, a part of the rows of a matrix at a time."""
        for task in member.share(len(self._tasks)):
            number, part, parts = self._tasks[task]
            updates = self._updates[number]
            apply_rows(self._objective.matrices[number], updates, rate, self._run.stability, part, parts)

    def _take_losses(self, number: int, rate: float) -> None:
        for c, (loss, pairs, untrained) in enumerate(self._losses):
            if (number * len(self._losses) + c) % _LOSS_EVERY == 0:
                if not np.isfinite(loss):
                    raise self._diverged("the loss is not finite", rate)
                self._meter.add_loss(float(loss), float(pairs))
                self._untrained.add(float(untrained), float(pairs))

    def _end_epoch(self) -> None:
        epoch, stopping, valid_loss = self._at.epoch, self._run.stopping, None
        rate = self._run.learning_rate(self._done(_Position(epoch)))
        if not all(np.isfinite(matrix.sum(dtype=np.float64)) for matrix in self._objective.matrices):
            raise self._diverged("a weight is not finite", rate)
        if stopping:
            with self._meter.outside_training(), self._watch.at_rest():
                valid_loss = stopping.evaluate()
            self._stopped[0] = stopping.take(valid_loss)
        # As the rate of each row is bounded, diverged weights may stay finite for ever: only the loss tells.
        loss, untrained = self._meter.close_epoch(), self._untrained.mean(otherwise=math.nan)
        self._untrained = LossSum()
        is_last = epoch + 1 == self._run.epochs
        at_first, which = max((untrained, "any"), (self._earlier, "this"))
        if loss > (_WORSE_THAN_NOTHING if is_last else _RUNNING_AWAY) * at_first:
            what = f"a mean loss of {loss:.3f} nats a pair, {at_first:.3f} before {which} training,"
            raise self._diverged(what, rate)
        last_rate = self._run.learning_rate(self._done(_Position(epoch + 1)))
        self._meter.tell_epoch(epoch, self._at.step, last_rate, valid_loss)

    def _meet_boundary(self) -> None:
        if self._watch.on_boundary:
            with self._meter.outside_training():
                self._watch.on_boundary(self._state)

    def _state(self) -> TrainingState:
        stopping = self._run.stopping
        at = _Position(self._run.epochs, step=self._at.step) if self._stopped[0] else self._at
        figures: dict[str, Any] = {"position": asdict(at), "meter": self._meter.figures()}
        figures["untrained"] = self._untrained.values
        arrays: dict[str, Any] = {_name(number): W for number, W in enumerate(self._objective.matrices)}
        if stopping:
            figures["stopping"] = stopping.figures()
            arrays |= stopping.arrays()
        return TrainingState(figures, arrays)

    def _diverged(self, what: str, rate: float) -> DivergedError:
        message = (
            f"training diverged: {what} in epoch {self._at.epoch + 1}, step {self._at.step}, learning rate "
            f"{rate:.6g}; start again with a lower --lr (a tenth of it, say)"
        )
        return DivergedError(message)


def _name(number: int) -> str:
    return f"matrix.{number}"
