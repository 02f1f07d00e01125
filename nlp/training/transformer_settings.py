"""Settings of a Transformer's training, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nlp.settings import TRAINING, check, setting
from nlp.training.language_settings import WindowSettings
from nlp.training.schedules import warm_up_and_fall

ADAMW, MUON = "adamw", "muon"
LEARNING_RATES = {ADAMW: 0.006, MUON: 0.02}
"""Default learning rate of each at its highest, for the gradient of the mean loss per token."""


@dataclass(frozen=True)
class TransformerSettings(WindowSettings):
    """What a user chooses about a training. With the text and the model it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    clip_value: ClassVar[float] = 0.0

    epochs: int = setting(10, "Passes over the text.", low=1, high=1_000_000, group=TRAINING)
    optimizer: str = setting(ADAMW, "How weights are updated.", choices=tuple(LEARNING_RATES), group=TRAINING)
    lr: float | None = setting(
        None,
        "Highest learning rate; then it falls along a line, to 0 at the end.",
        above=0,
        high=1_000,
        group=TRAINING,
        shown=f"{LEARNING_RATES[ADAMW]:g}; muon: {LEARNING_RATES[MUON]:g}",
    )
    warm_up: float = setting(
        0.03, "Share of the steps in which the learning rate rises.", low=0, high=1, group=TRAINING
    )
    weight_decay: float = setting(
        0.1,
        "Shrink the matrices at each step by this share of the learning rate.",
        low=0,
        high=1_000,
        group=TRAINING,
    )
    clip: float = setting(
        1.0,
        "Scale the gradient of the mean loss down to at most this norm; 0: never.",
        low=0,
        high=1e9,
        group=TRAINING,
    )
    batch_size: int = setting(
        24,
        "Cut the text into this many columns, read side by side.",
        low=1,
        high=100_000,
        group=TRAINING,
    )
    bptt: int = setting(
        64,
        "Tokens of each column in a step; no gradient flows back to those before, which are seen.",
        low=1,
        high=100_000,
        group=TRAINING,
    )
    shards: int = setting(
        2,
        "Parts of a batch, each with its own dropout: the most `workers` that can share it. Changes the "
        "model.",
        low=1,
        high=64,
        group=TRAINING,
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)

    @property
    def first_lr(self) -> float:
        """The highest learning rate."""
        return LEARNING_RATES[self.optimizer] if self.lr is None else self.lr

    def rate(self, epoch: int, step: int, steps: int) -> float:  # noqa: ARG002  it falls step by step
        """Learning rate of a step, from 0, of so many."""
        return warm_up_and_fall(self.first_lr, self.warm_up, step, steps)
