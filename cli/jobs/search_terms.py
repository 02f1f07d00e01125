"""What parts texts and queries into tokens for a search index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.search.config import WORDS, IndexConfig
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from nlp.text.tokenize import Tokenizer


def splitter(config: IndexConfig) -> Tokenizer:
    """The tokenizer of an index: with the segmenter that comes with nlptool, if it is one of Han words."""
    if config.han != WORDS:
        return tokenizer("words")
    from cli.jobs.segmenting import han_words

    return han_words(None, None, str, tweets=False)
