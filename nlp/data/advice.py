"""Warnings of a text that is no good one for a language model, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.data.corpus import Corpus
from nlp.text.suspicion import mark_warnings, punctuation_warnings, warnings_of
from nlp.text.vocabulary import WORDS


def advice_on_text(text: Corpus) -> Iterator[str]:
    """Yield what is wrong with the words of a text, which are what spaces part: see `nlp.text.suspicion`."""
    if text.vocabulary.level == WORDS:
        yield from mark_warnings(text.occurring)
        yield from punctuation_warnings(text.occurring)
        yield from (
            f"{warning}, or level char reads characters" if "no spaces" in warning else warning
            for warning in warnings_of(text.occurring)
        )
