"""Settings of a language model's training, checked, and how a text is laid out for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from nlp.settings import TRAINING, check, setting
from nlp.training.schedules import stepped_decay

OPTIMIZERS = ADAM, SGD = ("adam", "sgd")
LEARNING_RATES = {ADAM: 0.002, SGD: 4.0}
"""Default learning rate of each at the start, for the gradient of the mean loss per token."""


class WindowSettings(Protocol):
    """What every training on windows of a text has settings of; the names are those of `LanguageSettings`."""

    @property
    def epochs(self) -> int:
        """Passes over the text."""

    @property
    def optimizer(self) -> str:
        """How weights are updated."""

    @property
    def weight_decay(self) -> float:
        """By which share of the learning rate matrices shrink."""

    @property
    def clip(self) -> float:
        """To which norm the gradient of the mean loss is scaled down; 0: never."""

    @property
    def clip_value(self) -> float:
        """To which size each value of the gradient is cut; 0: never."""

    @property
    def batch_size(self) -> int:
        """Into how many columns the text is cut at most."""

    @property
    def bptt(self) -> int:
        """Tokens of each column in a step."""

    @property
    def shards(self) -> int:
        """Parts of a batch."""

    @property
    def seed(self) -> int:
        """What random numbers are drawn from."""

    def rate(self, epoch: int, step: int, steps: int) -> float:
        """Learning rate of a step, from 0, of so many, in an epoch, from 0."""

    def columns(self, tokens: int) -> int:
        """Columns for a text of `tokens`: `batch_size`, or fewer where each would have less than `bptt`."""
        return max(min(self.batch_size, tokens // self.bptt), 1)


@dataclass(frozen=True)
class LanguageSettings(WindowSettings):
    """What a user chooses about a training. With the text and the model it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    weight_decay: ClassVar[float] = 0.0

    epochs: int = setting(10, "Passes over the text.", low=1, high=1_000_000, group=TRAINING)
    optimizer: str = setting(ADAM, "How weights are updated.", choices=OPTIMIZERS, group=TRAINING)
    lr: float | None = setting(
        None,
        "First learning rate.",
        above=0,
        high=1_000,
        group=TRAINING,
        shown=f"{LEARNING_RATES[ADAM]:g}; sgd: {LEARNING_RATES[SGD]:g}",
    )
    lr_decay: float = setting(
        1.0,
        "Multiply the learning rate by this at each epoch after the first `decay_after`.",
        above=0,
        high=1,
        group=TRAINING,
    )
    decay_after: int = setting(
        1,
        "Epochs at the first learning rate.",
        low=1,
        high=1_000_000,
        group=TRAINING,
        idle={"lr_decay": (1.0,)},
    )
    clip: float = setting(
        5.0,
        "Scale the gradient of the mean loss down to at most this norm; 0: never.",
        low=0,
        high=1e9,
        group=TRAINING,
    )
    clip_value: float = setting(
        0.0, "Clip each value of the gradient to ± this; 0: never.", low=0, high=1e9, group=TRAINING
    )
    batch_size: int = setting(
        50,
        "Cut the text into this many columns, read side by side.",
        low=1,
        high=100_000,
        group=TRAINING,
    )
    bptt: int = setting(
        50,
        "Truncate backpropagation after this many tokens; state is carried on.",
        low=1,
        high=100_000,
        group=TRAINING,
    )
    shards: int = setting(
        2,
        "Parts of a batch, each with its own dropout and batch statistics: the most `workers` that can share "
        "it. Changes the model.",
        low=1,
        high=64,
        group=TRAINING,
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)

    @property
    def first_lr(self) -> float:
        """Learning rate of the first epoch."""
        return LEARNING_RATES[self.optimizer] if self.lr is None else self.lr

    def rate(self, epoch: int, step: int, steps: int) -> float:  # noqa: ARG002  it is that of the epoch
        """Learning rate of an epoch, from 0."""
        return stepped_decay(self.first_lr, self.lr_decay, self.decay_after, epoch)
