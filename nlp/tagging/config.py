"""Settings of a tagger and its training, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nlp.settings import TRAINING, check, setting

SCHEME = "BCDMES"
"""The labels of characters in words."""

TAG, SEGMENT, ENTITIES = "tag", "segment", "entities"
TASKS = (TAG, SEGMENT, ENTITIES)


class _Defaults(NamedTuple):
    """What suits a task."""

    epochs: int
    dropout: float
    batch_size: int


_DEFAULTS = {
    TAG: _Defaults(8, 0.2, 1000),
    SEGMENT: _Defaults(5, 0.1, 1000),
    ENTITIES: _Defaults(15, 0.4, 400),
}


@dataclass(frozen=True)
class TaggerConfig:
    """What a user chooses. Together with the labelled text it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    task: str = setting(
        TAG,
        "What is learnt: a tag for each token, the words of a text without spaces, or entities.",
        choices=TASKS,
    )
    bits: int = setting(20, "Hash features into 2 to this power of buckets.", low=10, high=22)
    epochs: int | None = setting(
        None,
        "Passes over the text.",
        low=1,
        high=1000,
        group=TRAINING,
        shown="8; segment: 5, entities: 15",
    )
    lr: float = setting(0.1, "Learning rate, which Adagrad divides.", above=0, high=100, group=TRAINING)
    dropout: float | None = setting(
        None,
        "Share of features left out at random while training.",
        low=0,
        high=0.95,
        group=TRAINING,
        shown="0.2; segment: 0.1, entities: 0.4",
    )
    batch_size: int | None = setting(
        None,
        "Labelled places a step, of whole sentences.",
        low=1,
        high=1_000_000,
        group=TRAINING,
        shown="1000; entities: 400",
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)

    @property
    def passes(self) -> int:
        """Epochs, as the task has them by default."""
        return self.epochs or _DEFAULTS[self.task].epochs

    @property
    def left_out(self) -> float:
        """The share of features left out, as the task has it by default."""
        return _DEFAULTS[self.task].dropout if self.dropout is None else self.dropout

    @property
    def places(self) -> int:
        """Places of a step, as the task has them by default."""
        return self.batch_size or _DEFAULTS[self.task].batch_size
