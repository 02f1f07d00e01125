"""The segmenter and the dictionary that a command line names, for Han text in `words` mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import corpora
from nlp.text.han_words import HanWords
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from nlp.text.han_words import Spaced

SEGMENTER_VARIABLE = "NLPTOOL_SEGMENTER"
DEFAULT_SEGMENTER = "zh-words"


def han_words(model: str | None, *, tweets: bool) -> HanWords:
    """`words` mode by the segmenter that the user named; it is read at the first Han character."""
    words = tokenizer("words", tweets=tweets)
    path = corpora.path_or_bundled(model) if model else _default()

    def load() -> Spaced:
        from nlp.storage import kinds
        from nlp.tagging.segmenter import spacing

        return spacing(kinds.load(path, kinds.SEGMENTER), words)

    return HanWords(words, load)


def _default() -> str:
    """The segmenter that comes with nlptool. Raises: UsageError where there is none."""
    if DEFAULT_SEGMENTER in corpora.MODELS:
        return str(corpora.model_path(DEFAULT_SEGMENTER))
    raise click.UsageError(
        f"no segmenter; name one of tag-train --task segment with --model, or in {SEGMENTER_VARIABLE}"
    )
