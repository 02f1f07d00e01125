"""Which tokens of its text a language model knows."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import DATA, check, setting


@dataclass(frozen=True)
class VocabularySettings:
    """What a user chooses. Raises: SettingError, naming the setting, its value and its limits."""

    min_count: int = setting(1, "Rarer tokens become <unk>.", low=1, group=DATA)
    max_vocab: int | None = setting(
        None,
        "Keep the most frequent tokens only, the line end and <unk> among them; others become <unk>.",
        low=4,
        group=DATA,
    )

    def __post_init__(self) -> None:
        check(self)
