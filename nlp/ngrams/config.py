"""What a user chooses of an n-gram model."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import DATA, check, setting
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, WORDS

MAX_ORDER = 9


@dataclass(frozen=True)
class NgramConfig:
    """The settings of a model. Raises: SettingError, naming the setting, its value and its limits."""

    level: str = setting(
        WORDS,
        "What a token is: what spaces separate, a character, or a piece of a word.",
        choices=(WORDS, CHARACTERS, SUBWORDS),
        group=DATA,
    )
    order: int = setting(
        5,
        "Length of the longest n-grams; a token is predicted from one less. For characters 7 is better.",
        low=1,
        high=MAX_ORDER,
    )

    def __post_init__(self) -> None:
        check(self)
