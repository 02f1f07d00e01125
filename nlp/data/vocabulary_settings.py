"""Which tokens of its text a language model knows."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import DATA, check, setting
from nlp.text.vocabulary import CHARACTERS, SUBWORDS, WORDS


@dataclass(frozen=True)
class VocabularySettings:
    """What a user chooses. Raises: SettingError, naming the setting, its value and its limits."""

    min_count: int = setting(1, "Rarer tokens become <unk>.", low=1, group=DATA, idle={"level": (SUBWORDS,)})
    max_vocab: int | None = setting(
        None,
        "Keep the most frequent tokens only, the line end and <unk> among them; others become <unk>.",
        low=4,
        group=DATA,
        idle={"level": (SUBWORDS,)},
    )
    subword_vocab: int = setting(
        4000,
        "Of `level` subword: how many pieces are learnt, each a pair of frequent neighbours.",
        low=0,
        high=1_000_000,
        group=DATA,
        idle={"level": (CHARACTERS, WORDS)},
    )

    def __post_init__(self) -> None:
        check(self)
