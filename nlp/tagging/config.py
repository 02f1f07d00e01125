"""Settings of a tagger and its training, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nlp.errors import SettingError
from nlp.settings import TRAINING, check, setting
from nlp.wording import Message

SCHEME = "BCDMES"
"""The labels of characters in words."""

TAG, SEGMENT, ENTITIES = "tag", "segment", "entities"
TASKS = (TAG, SEGMENT, ENTITIES)
METHODS = LINEAR, RECURRENT, BOTH = ("linear", "rnn", "both")


class _Defaults(NamedTuple):
    """What suits a task."""

    epochs: int
    dropout: float
    batch_size: int
    lr: float = 0.1


_DEFAULTS = {
    TAG: _Defaults(8, 0.2, 1000),
    SEGMENT: _Defaults(7, 0.1, 1000),
    ENTITIES: _Defaults(15, 0.4, 200),
}
_NETWORKS = {RECURRENT: _Defaults(15, 0.5, 1000, 0.006), BOTH: _Defaults(8, 0.5, 1000, 0.006)}


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
    method: str = setting(
        LINEAR,
        "What learns: a linear model over hashed features, recurrent layers that read from both sides, or "
        "both together.",
        choices=METHODS,
    )
    bits: int = setting(
        20,
        "Hash features into 2 to this power of buckets.",
        low=10,
        high=22,
        idle={"method": (RECURRENT,)},
    )
    epochs: int | None = setting(
        None,
        "Passes over the text.",
        low=1,
        high=1000,
        group=TRAINING,
        shown="8; segment: 7, entities and rnn: 15, both: 8",
    )
    lr: float | None = setting(
        None,
        "Learning rate, which Adagrad divides; the first one of Adam, with rnn and both.",
        above=0,
        high=100,
        group=TRAINING,
        shown="0.1; rnn and both: 0.006",
    )
    dropout: float | None = setting(
        None,
        "Share of features, or of values in a network, that training leaves out at random.",
        low=0,
        high=0.95,
        group=TRAINING,
        shown="0.2; segment: 0.1, entities: 0.4, rnn and both: 0.5",
    )
    batch_size: int | None = setting(
        None,
        "Labelled places a step, of whole sentences.",
        low=1,
        high=1_000_000,
        group=TRAINING,
        shown="1000; linear entities: 200",
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)
        if self.method == RECURRENT and self.task == SEGMENT:
            told = "`method` 'rnn' is for `task` 'tag' and 'entities', not 'segment'; 'both' finds words too"
            raise SettingError(Message(told))

    @property
    def passes(self) -> int:
        """Epochs, as the task has them by default."""
        return self.epochs or self._suited.epochs

    @property
    def left_out(self) -> float:
        """The share of features left out, as the task has it by default."""
        return self._suited.dropout if self.dropout is None else self.dropout

    @property
    def places(self) -> int:
        """Places of a step, as the task has them by default."""
        return self.batch_size or self._suited.batch_size

    @property
    def rate(self) -> float:
        """The learning rate, as the method has it by default."""
        return self.lr or self._suited.lr

    @property
    def _suited(self) -> _Defaults:
        return _NETWORKS.get(self.method) or _DEFAULTS[self.task]


@dataclass(frozen=True)
class HashedConfig:
    """Settings of hashed features beside a network: `bits` of a bucket, Adagrad's `lr`, the share left out.

    Raises: SettingError, naming the setting, its value and its limits
    """

    bits: int = setting(20, low=10, high=22)
    lr: float = setting(0.1, above=0, high=100)
    dropout: float = setting(0.6, low=0, high=0.95)

    def __post_init__(self) -> None:
        check(self)
