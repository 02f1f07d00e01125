"""The loop over the steps of a training: same seed, same bytes, any number of workers, interrupted or not.

It is written once, for everything that learns, and run by the leader; workers only compute. While they do,
the leader reads the data of the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.parallel.team import Member, alone, run_team, shared_array
from nlp.training.checkpoint import TrainingState, going_on_from, take_
from nlp.training.divergence import Divergence
from nlp.training.early_stopping import EarlyStopping
from nlp.training.learner import Learner, Position
from nlp.training.progress import Progress, ProgressMeter, finite_or_none


@dataclass(frozen=True)
class Watch:
    """What accompanies a training without changing a bit of its result.

    Attributes: `on_progress`, called about once a second; `on_boundary`, called between two steps with a
    function that returns the state; what it raises ends the training. `at_rest` is a context, entered while
    the state of the last boundary stays as it is, for seconds at times: within it, a signal may be obeyed at
    once. `resume` returns the state to continue from, if there is one. The loop does not hold on to it, since
    a saved state is mapped into memory and would keep its place on disk.
    """

    on_progress: Callable[[Progress], None] | None = None
    on_boundary: Callable[[Callable[[], TrainingState]], None] | None = None
    at_rest: Callable[[], AbstractContextManager[None]] = nullcontext
    resume: Callable[[], TrainingState | None] = lambda: None


@dataclass(frozen=True)
class Curves:
    """How a training went.

    Attributes: the mean loss of each epoch in nats a prediction, as `epoch_losses` over those losses that
    were taken while training and as `valid_losses` on held-out text, if any; `best_epoch`, counted from 1,
    whose weights the learner now has.
    """

    epoch_losses: Sequence[float]
    valid_losses: Sequence[float]
    best_epoch: int

    @property
    def valid_loss(self) -> float | None:
        """The held-out loss of the best epoch."""
        return self.valid_losses[self.best_epoch - 1] if self.valid_losses else None

    def figures(self) -> dict[str, Any]:
        """All of it by name, in types that JSON has."""
        figures: dict[str, Any] = {"epoch_losses": finite_or_none(self.epoch_losses)}
        if self.valid_losses:
            figures |= {"valid_losses": finite_or_none(self.valid_losses), "best_epoch": self.best_epoch}
        return figures


def train(
    learner: Learner[Any], workers: int = 1, watch: Watch | None = None, patience: int | None = None
) -> Curves:
    """Train all epochs; where there is held-out text, keep the weights of the best one.

    Training ends early after `patience` epochs in a row without a better one on the held-out text. The result
    depends neither on `workers` nor on interruptions.

    Raises: DivergedError where training runs away; WorkerError where a worker died; ModelError where the
            state to resume is not one of this training; whatever `watch` raises
    """
    loop = _Loop(learner, watch or Watch(), patience)
    team = learner.team_size(workers)
    with np.errstate(over="ignore", invalid="ignore"):  # what diverges is told in words, by DivergedError
        if team == 1:
            loop.lead(alone())
        else:
            run_team(team, lambda member: loop.follow(member) if member.index else loop.lead(member))
    return loop.curves()


_NEXT_STEP, _END = 1, 2  # what the leader asks of the workers


class _Loop:
    """What the workers share, and what each of them does."""

    def __init__(self, learner: Learner[Any], watch: Watch, patience: int | None) -> None:
        self._learner, self._watch = learner, watch
        self._meter = ProgressMeter(learner.tokens, learner.epochs, watch.on_progress)
        self._divergence = Divergence(learner)
        self._stopping = EarlyStopping(learner.learnt, patience)
        self._at = Position()
        self._asked: npt.NDArray[np.int64] = shared_array((4,), np.int64)  # what, and the position
        self._resume_(watch.resume())

    def curves(self) -> Curves:
        losses = self._meter.epoch_losses
        if not self._stopping.losses:
            return Curves(losses, (), len(losses))
        self._stopping.restore_best_()
        return Curves(losses, self._stopping.losses, self._stopping.best_epoch)

    def follow(self, member: Member) -> None:
        """Compute what the leader asks for: the whole of what another worker does."""
        phases = self._learner.phases(member.workers)
        while True:
            member.wait()
            what, *place = self._asked.tolist()
            if what == _END:
                return
            at = Position(*place)
            for phase in phases:
                for task in member.share(phase.tasks):
                    phase.run(at, task)
                member.wait()

    def lead(self, member: Member) -> None:
        """Go over the steps of all epochs: the whole of what the leader does."""
        learner, watch = self._learner, self._watch
        first_phase, *later_phases = learner.phases(member.workers)
        self._meter.start(self._done())
        while self._at.epoch < learner.epochs:
            steps = learner.steps(self._at.epoch, skip=self._at.number)
            data = next(steps, None)
            while data is not None:
                at = self._at
                learner.place_(data)
                self._ask(_NEXT_STEP, member)
                # A signal finds the last state as it was: no worker goes beyond the first phase before the
                # leader has come to its end. While the leader waits there, they may: then it takes no signal.
                with watch.at_rest():
                    data = next(steps, None)
                    for task in member.share(first_phase.tasks):
                        first_phase.run(at, task)
                member.wait()
                for phase in later_phases:
                    for task in member.share(phase.tasks):
                        phase.run(at, task)
                    member.wait()
                self._at = Position(at.epoch, at.number + 1, at.step + 1)
                self._end_step(at)
            self._end_epoch()
        self._ask(_END, member)

    def _ask(self, what: int, member: Member) -> None:
        self._asked[:] = what, self._at.epoch, self._at.number, self._at.step
        member.wait()

    def _end_step(self, before: Position) -> None:
        rate = self._learner.learning_rate(before)
        for loss in self._divergence.take(self._learner.losses(before), self._at, rate):
            self._meter.add_loss(loss.nats, loss.predictions)
        self._meter.report(self._at.epoch, self._at.step, rate, self._done())
        self._meet_boundary()

    def _end_epoch(self) -> None:
        at, learner, is_last = self._at, self._learner, False
        rate = learner.learning_rate(at)
        self._divergence.check_weights(learner.learnt, at, rate)
        with self._meter.outside_training(), self._watch.at_rest():
            valid_loss = learner.evaluate()
        self._divergence.end_epoch(self._meter.close_epoch(), valid_loss, at, rate)
        if valid_loss is not None:
            is_last = self._stopping.take(valid_loss)
        self._at = Position(learner.epochs if is_last else at.epoch + 1, 0, at.step)
        self._meter.tell_epoch(at.epoch, at.step, rate, valid_loss, learner.scores())
        self._meet_boundary()

    def _done(self) -> float:
        """Part of the training that is done."""
        of_epoch = self._learner.part_done(self._at.number)
        return min(self._at.epoch + of_epoch, self._learner.epochs) / self._learner.epochs

    def _meet_boundary(self) -> None:
        if self._watch.on_boundary:
            with self._meter.outside_training():
                self._watch.on_boundary(self._state)

    def _state(self) -> TrainingState:
        figures = {
            "position": asdict(self._at),
            "meter": self._meter.figures(),
            "untrained": self._divergence.figures(),
            "stopping": self._stopping.figures(),
        }
        return TrainingState(figures, {**self._learner.arrays(self._at), **self._stopping.arrays()})

    def _resume_(self, state: TrainingState | None) -> None:
        """Adopt a saved state, before any worker starts. Raises: ModelError if it does not fit this run."""
        if state is None:
            return
        with going_on_from(state, self._state()):
            self._at = Position(**state.figures["position"])
            self._meter.resume_(state.figures["meter"])
            self._divergence.resume_(state.figures["untrained"])
            for name, array in self._learner.arrays(self._at).items():
                take_(array, state.arrays[name])
            self._stopping.resume_(state.figures["stopping"], state.arrays)
