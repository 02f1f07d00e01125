"""What a user chooses about texts."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import check, setting


@dataclass(frozen=True)
class Sameness:
    """When two texts count as the same one.

    Raises: SettingError, naming the setting, its value and its limits
    """

    threshold: float = setting(
        0.8,
        "The share of their shingles that near duplicates have in common (Jaccard); 1: equal texts only.",
        above=0,
        high=1,
    )
    shingle: int = setting(
        5, "How many characters in a row a shingle has.", low=1, high=64, idle={"threshold": (1.0,)}
    )

    def __post_init__(self) -> None:
        check(self)
