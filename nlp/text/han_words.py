"""`words` mode with Han text cut into words by a segmenter, which is loaded at the first Han character."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import regex

from nlp.text.character_classes import HAN
from nlp.text.tokenize import Tokenizer, spans_of

Spaced = Callable[[Sequence[str]], list[str]]

_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"  # nearly all Han characters are between these

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
        return [spans_of(text, line.split()) for text, line in zip(texts, spaced, strict=True)]

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
        unit = text.rsplit(maxsplit=1)[-1:] if text and not text[-1].isspace() else []
        waiting = len(_cut(unit[0])[-1]) if unit else 0
        return text[: len(text) - waiting], text[len(text) - waiting :]

    def _parts(self, line: str, units: list[str]) -> list[str | None]:
        """The tokens of a line, with None for each unit, which is put into `units`."""
        if line.isascii():
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


def _cut(chunk: str) -> list[str]:
    """A long chunk in units: cut after the last mark within, or else between Han characters.

    Where it is cut depends on what comes before, never on how much of the rest has been read.
    """
    units = []
    start = 0
    while len(chunk) - start > LONGEST_UNIT:
        middle, end = start + LONGEST_UNIT // 2, start + LONGEST_UNIT
        cut = next(
            (found for last in _last_places() if (found := last.search(chunk, middle, end))),
            _place().search(chunk, end),
        )
        if cut is None:
            break
        units.append(chunk[start : cut.end()])
        start = cut.end()
    return [*units, chunk[start:]]


def _has_han(text: str) -> bool:
    return _FIRST_HAN <= text[:1] <= _LAST_HAN or _han().search(text) is not None


@cache
def _han() -> regex.Pattern[str]:
    return regex.compile(f"[{HAN}]")


_BEHIND_MARK: Final = f"[，、。！？；：](?=[{HAN}])"
_BETWEEN_HAN: Final = f"[{HAN}](?=[{HAN}])"


@cache
def _last_places() -> list[regex.Pattern[str]]:
    """Where a long chunk may be cut, the better place first; they search from the end."""
    return [regex.compile(f"(?r){place}") for place in (_BEHIND_MARK, _BETWEEN_HAN)]


@cache
def _place() -> regex.Pattern[str]:
    return regex.compile(f"{_BEHIND_MARK}|{_BETWEEN_HAN}")
