"""`words` mode with Han text cut into words by a segmenter, which is loaded at the first Han character."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import regex

from nlp.text.character_classes import HAN
from nlp.text.tokenize import Tokenizer

Spaced = Callable[[Sequence[str]], list[str]]

LONGEST_UNIT: Final = 4096
"""Characters without white space that are segmented as one; longer ones are cut between words, or marks."""


class HanWords(Tokenizer):
    """Tokens of `words` mode, except that those with Han in them are words of the language.

    What stands between two white spaces and holds Han is a unit. The segmenter sees no more than that, so the
    tokens of a line depend on nothing else. `load` is called at the first unit; what it returns puts
    spaces between the words of units.
    """

    def __init__(self, words: Tokenizer, load: Callable[[], Spaced]) -> None:
        self._words = words
        self._load = load
        self._spaced: Spaced | None = None

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order."""
        return self.lines(text.replace("\n", " ")).split()

    def all_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the spans of each text, segmented together."""
        spaced = self.lines("\n".join([text.replace("\n", " ") for text in texts])).split("\n")
        return [_spans(text, line.split()) for text, line in zip(texts, spaced, strict=True)]

    def lines(self, block: str) -> str:
        """Return `block` with the tokens of each line joined by one space, as `Tokenizer.lines` does."""
        if block.isascii() or not _has_han(block):
            return self._words.lines(block)
        units: list[str] = []
        lines = [self._parts(line, units) for line in block.split("\n")]
        spaced = iter(self._segmented(units))
        return "\n".join(
            [" ".join([next(spaced) if part is None else part for part in parts]) for parts in lines]
        )

    def ready(self, text: str) -> tuple[str, str]:
        """Divide a text that goes on into what can be tokenized now, and what has to wait for the rest."""
        start = max(text.rfind(space) for space in (" ", "\t", "\u3000")) + 1
        for unit in _cut(text[start:]):
            last = len(unit)
        return text[: len(text) - last], text[len(text) - last :]

    def _parts(self, line: str, units: list[str]) -> list[str | None]:
        """The tokens of a line, with None for each unit, which is put into `units`."""
        if line.isascii() or not _has_han(line):
            return [self._words.lines(line)]
        parts: list[str | None] = []
        for chunk in line.split():
            if not chunk.isascii() and _has_han(chunk):
                for unit in _cut(chunk):
                    units.append(unit)
                    parts.append(None)
            else:
                parts.append(self._words.lines(chunk))
        return parts

    def _segmented(self, units: Sequence[str]) -> list[str]:
        if self._spaced is None:
            self._spaced = self._load()
        return self._spaced(units)


def _spans(text: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    spans, end = [], 0
    for token in tokens:
        start = text.index(token, end)
        end = start + len(token)
        spans.append((start, end))
    return spans


def _cut(chunk: str) -> list[str]:
    """A long chunk in units: cut after the last mark within, or else between Han characters.

    Where it is cut depends on what comes before, never on how much of the rest has been read.
    """
    units = []
    while len(chunk) > LONGEST_UNIT:
        found = [cut.end() for cut in _places().finditer(chunk, LONGEST_UNIT // 2, LONGEST_UNIT)]
        if found:
            end = found[-1]
        elif later := _places().search(chunk, LONGEST_UNIT):
            end = later.end()
        else:
            break
        units.append(chunk[:end])
        chunk = chunk[end:]
    return [*units, chunk]


def _has_han(text: str) -> bool:
    return _han().search(text) is not None


@cache
def _han() -> regex.Pattern[str]:
    return regex.compile(f"[{HAN}]")


@cache
def _places() -> regex.Pattern[str]:
    """Where a long chunk may be cut: after a mark that is a token, or between two Han characters."""
    return regex.compile(f"[，、。！？；：](?=[{HAN}])|[{HAN}](?=[{HAN}])")
