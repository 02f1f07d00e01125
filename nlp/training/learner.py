"""What the training loop knows of a model: the contract of everything that learns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from numpy.typing import NDArray

from nlp.layers.arrays import Floats

Data = TypeVar("Data")


@dataclass(frozen=True)
class Position:
    """A place between two steps.

    Attributes: `epoch`, from 0; `number`, how many steps of that epoch are done; `step`, how many in all.
    """

    epoch: int = 0
    number: int = 0
    step: int = 0


class Phase(NamedTuple):
    """Independent tasks of a step: `run(position, task)` for each `task` below `tasks`, by any worker.

    Everybody meets after a phase: what its tasks wrote into shared memory, the next phase may read.
    """

    tasks: int
    run: Callable[[Position, int], None]


class Loss(NamedTuple):
    """Sums over predictions: their loss in nats, how many there are, and their loss before any training."""

    nats: float
    predictions: float
    untrained: float


class Learner(ABC, Generic[Data]):
    """A model, its text and its settings, made ready for `nlp.training.loop.train`.

    A step starts from data that the leader alone reads, and consists of phases: the first one computes
    gradients and changes no weight, the last one moves the weights. What a task does depends on weights,
    data, carried state and the address of its random numbers, never on who runs it; sums are taken in a fixed
    order. So neither the number of workers nor an interruption changes a bit of the result.

    Attributes: `epochs`; `tokens` of the input, for reports; `steps_per_epoch`, which may be an estimate;
    `learnt`, all weights: a copy of the best state is kept where there is held-out text; `prediction`, what a
    loss is the mean over, such as "token"; `worst`, two limits: an epoch's loss may be so many times the loss
    before training, an epoch on the way, and the last one; `remedy`, what the user can do against divergence.
    """

    epochs: int
    tokens: int
    steps_per_epoch: int
    learnt: Sequence[Floats]
    prediction: str
    worst: tuple[float, float]
    remedy: str

    @abstractmethod
    def steps(self, epoch: int, skip: int = 0) -> Iterator[Data]:
        """Read the data of each step of an epoch, without the first `skip` steps."""

    @abstractmethod
    def place_(self, data: Data) -> None:
        """Put the data of a step where all workers see them."""

    @abstractmethod
    def phases(self, workers: int) -> Sequence[Phase]:
        """What a step consists of; how finely a phase is divided may depend on the number of `workers`."""

    @abstractmethod
    def losses(self, at: Position) -> Iterator[Loss]:
        """The losses that were taken in a step. Raises: NotFiniteError for a gradient that is not finite."""

    @abstractmethod
    def part_done(self, number: int) -> float:
        """The part of an epoch, from 0 to 1, that is done after this `number` of its steps."""

    @abstractmethod
    def learning_rate(self, at: Position) -> float:
        """Learning rate of the step that follows."""

    @abstractmethod
    def arrays(self, at: Position) -> Mapping[str, NDArray[Any]]:
        """All arrays that change from step to step, by name: a training that goes on writes into them."""

    @abstractmethod
    def evaluate(self) -> float | None:
        """The mean loss of the held-out text in nats a prediction; None where there is none."""

    def scores(self) -> Mapping[str, float]:
        """Further figures of the last `evaluate`, by name, such as `bleu`; they decide nothing."""
        return {}

    @abstractmethod
    def team_size(self, workers: int) -> int:
        """How many of so many workers there is work for."""

    def processes(self, workers: int) -> int:
        """How many processes compute, with so many workers: the team, unless the learner has its own."""
        return self.team_size(workers)

    def loss_before(self) -> float:
        """The mean loss before this training, where that starts from trained weights; else minus infinity."""
        return float("-inf")

    def rehearse_epoch_end(self) -> int:
        """Do on a small scale what ends an epoch; return the bytes that it keeps from then on.

        It is how an estimate finds the memory of a training that it does not run to the end.
        """
        return 0
