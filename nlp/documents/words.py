"""The words of texts, and which of them can tell what a text is about."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.text.function_words import FUNCTION_WORDS
from nlp.text.normalize import normalizer
from nlp.text.tokenize import Tokenizer
from nlp.text.visible import without_invisible


def words_of_texts(texts: Sequence[str], split: Tokenizer) -> list[list[str]]:
    """The tokens of each text in lower case, by a tokenizer."""
    if not texts:
        return []
    block = without_invisible("\n".join([text.replace("\n", " ") for text in texts]))
    return [line.split() for line in split.lines(normalizer("none", lower=True)(block)).split("\n")]


def is_telling(word: str) -> bool:
    """Whether a word may be a keyword: of two characters or more, a letter among them, no function word."""
    return len(word) > 1 and word not in FUNCTION_WORDS and any(map(str.isalpha, word))
