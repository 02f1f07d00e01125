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
    spaces between the words of units. `entries` tells where entries of a dictionary stand in a text: each is
    a token, whatever it holds, and what is between two of them is a unit. None is longer than `longest`.
    """

    def __init__(
        self,
        words: Tokenizer,
        load: Callable[[], Spaced],
        entries: Callable[[str], Sequence[tuple[int, int]]] | None = None,
        longest: int = 0,
    ) -> None:
        self._words = words
        self._load = load
        self._spaced: Spaced | None = None
        self._entries = entries
        self._longest = longest

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of `text` in order."""
        return self._token_lists([text.replace("\n", " ")])[0]

    def all_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Return the spans of each text, segmented together."""
        lists = self._token_lists([text.replace("\n", " ") for text in texts])
        return [spans_of(text, tokens) for text, tokens in zip(texts, lists, strict=True)]

    def lines(self, block: str) -> str:
        """Return `block` with the tokens of each line joined by one space, as `Tokenizer.lines` does."""
        if self._entries is None and (block.isascii() or not _has_han(block)):
            return self._words.lines(block)
        return "\n".join([" ".join(parts) for parts in self._filled(block.split("\n"))])

    def ready(self, text: str) -> tuple[str, str]:
        """Divide a text that goes on into what can be tokenized now, and what has to wait for the rest."""
        last = self._divided(text)[-1]
        pieces = [last]
        if not isinstance(last, _Entry):
            unit = last.rsplit(maxsplit=1)[-1:] if last and not last[-1].isspace() else [""]
            pieces = _cut(unit[0]) if unit else [""]
        waiting = len(pieces.pop())
        while pieces and waiting < self._longest:  # an entry may begin there
            waiting += len(pieces.pop())
        return text[: len(text) - waiting], text[len(text) - waiting :]

    def _token_lists(self, lines: Sequence[str]) -> list[list[str]]:
        return [
            [token for part in parts for token in ([part] if isinstance(part, _Entry) else part.split())]
            for parts in self._filled(lines)
        ]

    def _filled(self, lines: Sequence[str]) -> list[list[str]]:
        """The parts of each line: entries, and tokens between which there are spaces."""
        units: list[str] = []
        of_lines = [self._parts(line, units) for line in lines]
        spaced = iter(self._segmented(units) if units else [])
        return [[next(spaced) if part is None else part for part in parts] for parts in of_lines]

    def _parts(self, line: str, units: list[str]) -> list[str | None]:
        """The tokens of a line, with None for each unit, which is put into `units`."""
        parts: list[str | None] = []
        for stretch in self._divided(line):
            if isinstance(stretch, _Entry):
                parts.append(stretch)
            elif stretch.isascii():
                parts += [spaced] if (spaced := self._words.lines(stretch)) else []
            else:
                for chunk in stretch.split():
                    if not chunk.isascii() and _has_han(chunk):
                        found = _cut(chunk) if len(chunk) > LONGEST_UNIT else [chunk]
                        units += found
                        parts += [None] * len(found)
                    else:
                        parts.append(self._words.lines(chunk))
        return parts

    def _divided(self, line: str) -> list[str]:
        """The entries of the dictionary in a line, and what is between them."""
        if self._entries is None:
            return [line]
        stretches, end = [], 0
        for start, stop in self._entries(line):
            stretches += [line[end:start], _Entry(line[start:stop])]
            end = stop
        return [*stretches, line[end:]]

    def _segmented(self, units: Sequence[str]) -> list[str]:
        if self._spaced is None:
            self._spaced = self._load()
        return self._spaced(units)


class _Entry(str):
    """A token that a dictionary has."""

    __slots__ = ()


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
