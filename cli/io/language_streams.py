"""The input of commands that train language models: a text of characters, or of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.text.vocabulary import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.streams import Streams


def language_blocks(streams: Streams, level: str) -> Iterator[str]:
    r"""The input as pieces of one text, in which a "\n" ends every line.

    For words, the pieces are made of tokens (in JSONL, of `tokens`); for characters, they are the text
    unchanged (in JSONL, `text`).

    Raises: InputError for a record without that field, and for input that cannot be read
    """
    if level == WORDS:
        yield from streams.token_text()
    else:
        yield from streams.text()
