"""Tokens that a segmenter leaves whole: what `words` mode keeps together and is not written in Han.

URLs, e-mail addresses, dates, times, words of letters, emoji and characters with their marks are tokens, as
there. A number is not cut within, but may be a part of a word, as in 1998年; whether it is, the segmenter
decides, and so for single letters and marks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import regex

from nlp.tagging.characters import codes
from nlp.text.character_classes import ATTACHED
from nlp.text.tokenize import Tokenizer
from nlp.text.words import LONE_CHARACTERS

Flags = npt.NDArray[np.bool_]

_IS_LONE, _IS_DIGIT, _IS_ATTACHED, _IS_OTHER = 1, 2, 3, 4  # classes of characters
_CODE_POINTS = 0x110000
_REMEMBERED = 1 << 13
_NUMBER_MARKS = frozenset(".,\u066b\u066c\uff0e")

_LONE = regex.compile(f"[{LONE_CHARACTERS}]")
_ATTACHED = regex.compile(f"[{ATTACHED}]")


class _Token(NamedTuple):
    """A token of several characters: where it starts and ends in its stretch, and whether it stands alone."""

    start: int
    end: int
    alone: bool


class WholeTokens:
    """Finds such tokens in text, by the tokenizer that defines them."""

    def __init__(self, words: Tokenizer) -> None:
        self._words = words
        self._known: dict[str, list[_Token]] = {}
        self._classes = np.zeros(_CODE_POINTS, np.uint8)  # filled for characters as they come

    def keep_(self, ends: Flags, text: str, unit_ends: npt.NDArray[np.int64]) -> None:
        """Change where words end in `text`, so that such tokens are whole; none goes beyond a unit's end."""
        classes = self._classes_of(codes(text))
        is_last = np.zeros(len(text), np.bool_)
        is_last[unit_ends] = True
        are_digits = classes == _IS_DIGIT
        ends[:-1] &= ~(are_digits[1:] & are_digits[:-1]) | is_last[:-1]
        other = np.flatnonzero(classes != _IS_LONE)
        if not len(other):
            return
        breaks = np.flatnonzero((np.diff(other) != 1) | is_last[other[:-1]])
        starts = other[np.concatenate([[0], breaks + 1])]
        stops = other[np.concatenate([breaks, [len(other) - 1]])] + 1
        attached = (classes[starts] == _IS_ATTACHED) & (starts > 0) & ~is_last[starts - 1]
        starts = starts - attached
        digits = np.concatenate([[0], np.cumsum(are_digits)])
        wide = (stops - starts > 1) & (digits[stops] - digits[starts] < stops - starts)
        for start, stop in zip(starts[wide].tolist(), stops[wide].tolist(), strict=True):
            for token in self._tokens(text[start:stop]):
                ends[start + token.start : start + token.end - 1] = False
                if token.alone:
                    ends[start + token.end - 1] = True
                    if start + token.start:
                        ends[start + token.start - 1] = True

    def _tokens(self, stretch: str) -> list[_Token]:
        known = self._known.get(stretch)
        if known is None:
            spans = self._words.spans(stretch)
            known = [
                _Token(
                    start, end, alone=not _is_number(stretch[start:end]) and not _LONE.match(stretch[start])
                )
                for start, end in spans
                if end - start > 1
            ]
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[stretch] = known
        return known

    def _classes_of(self, characters: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
        """The class of each character."""
        classes: npt.NDArray[np.uint8] = self._classes.take(characters)
        unknown = characters[classes == 0]
        if len(unknown):
            for code in set(unknown.tolist()):
                self._classes[code] = _class_of(chr(code))
            classes = self._classes.take(characters)
        return classes


def _class_of(character: str) -> int:
    if _LONE.match(character):
        return _IS_LONE
    if character.isdecimal():  # digits side by side are always of one token
        return _IS_DIGIT
    return _IS_ATTACHED if _ATTACHED.match(character) else _IS_OTHER


def _is_number(token: str) -> bool:
    return all(character.isdecimal() or character in _NUMBER_MARKS for character in token)
