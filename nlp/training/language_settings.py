"""Settings of a language model's training, checked, and how a text is laid out for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from nlp.errors import InputError
from nlp.training.optimizers import ADAM, LEARNING_RATES, OPTIMIZERS
from nlp.training.schedules import stepped_decay


@dataclass(frozen=True)
class LanguageSettings:
    """What a user chooses about a training. With the text and the model it decides every byte of the result.

    Attributes: `epochs`; `optimizer`; `lr` (None: the usual one of the optimizer), multiplied by `lr_decay`
    before each epoch after the first `decay_after`; `clip`, the greatest norm of a gradient, and
    `clip_value`, the greatest magnitude of a value in it (0: no limit); `batch_size`, columns of text read
    side by side; `bptt`, tokens of a window, within which gradients flow; `shards` of a batch, each with its
    own dropout and batch statistics; `seed`.

    Raises: InputError, naming the setting, its value and its range
    """

    epochs: int = 10
    optimizer: str = ADAM
    lr: float | None = None
    lr_decay: float = 1.0
    decay_after: int = 1
    clip: float = 5.0
    clip_value: float = 0.0
    batch_size: int = 50
    bptt: int = 50
    shards: int = 2
    seed: int = 1

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise InputError(f"optimizer is {self.optimizer!r}; choose from {', '.join(OPTIMIZERS)}")
        for setting in fields(self):
            value = getattr(self, setting.name)
            low, high = _RANGES.get(setting.name, (-math.inf, math.inf))
            if isinstance(value, int | float) and not low <= value <= high:
                raise InputError(f"{setting.name} is {value}; it must be from {low:g} to {high:g}")

    @property
    def first_lr(self) -> float:
        """Learning rate of the first epoch."""
        return LEARNING_RATES[self.optimizer] if self.lr is None else self.lr

    def rate(self, epoch: int) -> float:
        """Learning rate of an epoch, from 0."""
        return stepped_decay(self.first_lr, self.lr_decay, self.decay_after, epoch)

    def columns(self, tokens: int) -> int:
        """Columns for a text of `tokens`: `batch_size`, or fewer where each would have less than `bptt`."""
        return max(min(self.batch_size, tokens // self.bptt), 1)


_RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, 1_000_000),
    "lr": (1e-12, 1_000),
    "lr_decay": (1e-6, 1),
    "decay_after": (1, 1_000_000),
    "clip": (0, 1e9),
    "clip_value": (0, 1e9),
    "batch_size": (1, 100_000),
    "bptt": (1, 100_000),
    "shards": (1, 64),
    "seed": (0, 2**64 - 1),
}
