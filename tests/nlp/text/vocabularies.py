"""Vocabularies that tests write down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.text.vocabulary import SPECIAL, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable


def language_vocabulary(level: str, tokens: Iterable[str]) -> Vocabulary:
    """The special tokens of a level, then `tokens` in their order."""
    words = [*SPECIAL[level], *(token for token in tokens if token not in SPECIAL[level])]
    return Vocabulary(words, [0] * len(words), level)
