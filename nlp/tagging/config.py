"""Settings of a tagger and its training, checked."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import TRAINING, check, setting

SCHEME = "BCDMES"
"""The labels of characters in words."""

TAG, SEGMENT, ENTITIES = "tag", "segment", "entities"
TASKS = (SEGMENT,)


@dataclass(frozen=True)
class TaggerConfig:
    """What a user chooses. Together with the labelled text it decides every byte of the result.

    Raises: SettingError, naming the setting, its value and its limits
    """

    task: str = setting(
        SEGMENT,
        "What is learnt: the words of a text without spaces.",
        choices=TASKS,
    )
    bits: int = setting(20, "Hash features into 2 to this power of buckets.", low=10, high=22)
    epochs: int | None = setting(
        None,
        "Passes over the text.",
        low=1,
        high=1000,
        group=TRAINING,
        shown="5; entities: 10",
    )
    lr: float = setting(0.1, "Learning rate, which Adagrad divides.", above=0, high=100, group=TRAINING)
    dropout: float | None = setting(
        None,
        "Share of features left out at random while training.",
        low=0,
        high=0.95,
        group=TRAINING,
        shown="0.1; entities: 0.6",
    )
    batch_size: int = setting(
        1000, "Labelled places a step, of whole sentences.", low=1, high=1_000_000, group=TRAINING
    )
    seed: int = setting(1, "Same seed, same bytes.", low=0, high=2**64 - 1, group=TRAINING)

    def __post_init__(self) -> None:
        check(self)

    @property
    def passes(self) -> int:
        """Epochs, as the task has them by default."""
        return self.epochs or (10 if self.task == ENTITIES else 5)

    @property
    def left_out(self) -> float:
        """The share of features left out, as the task has it by default."""
        if self.dropout is not None:
            return self.dropout
        return 0.6 if self.task == ENTITIES else 0.1
