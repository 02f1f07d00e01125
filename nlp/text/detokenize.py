"""Tokens back into running text: where a space stands between two of them, in English and in Chinese."""

from __future__ import annotations

from typing import Final

import regex

from nlp.text.character_classes import HAN

_CLOSING: Final = regex.compile(r"[.,;:!?%…)\]}”’»]+")
_OPENING: Final = regex.compile(r"[(\[{“‘«¿¡$£€]+")
_JOINING: Final = regex.compile(r"[—–/]+")
_UNSPACED: Final = regex.compile(
    rf"[{HAN}\p{{Script=Hiragana}}\p{{Script=Katakana}}\u3001-\u303f\uff01-\uff65]"
)
"""Characters of writing without spaces, and its punctuation: full-width, corner brackets, 、 and 。."""
_QUOTES: Final = ('"', "'")
_CURLY: Final = "“”‘’"  # of both kinds of writing


class Detokenizer:
    """Tells, token by token, how they are written: no space before , or behind (, none in Chinese.

    A straight quotation mark opens where none is open, and closes then; an apostrophe behind an s that closes
    nothing is a possessive (the dogs' bowl). Tokens as `tokenize` makes them in the mode words: contractions
    are whole. How a dash was spaced is lost; none has a space here.
    """

    def __init__(self) -> None:
        self.end_line()

    def end_line(self) -> None:
        """The next token begins a line."""
        self._before, self._open, self._is_unspaced = "", set[str](), False

    def __call__(self, token: str) -> str:
        """The token with the space before it, if there is one."""
        before, self._before = self._before, token
        joined = self._is_joined(before, token)
        if token[-1] not in _CURLY:
            self._is_unspaced = bool(_UNSPACED.match(token[-1]))
        if token in _QUOTES:
            return self._quote(token, before)
        return token if joined else f" {token}"

    def _quote(self, mark: str, before: str) -> str:
        if mark in self._open:
            self._open.discard(mark)
            return mark
        if mark == "'" and before.endswith("s"):
            return mark
        self._open.add(mark)
        joined = not before or _OPENING.fullmatch(before) or _UNSPACED.match(before[-1:])
        self._before = "("  # as behind a bracket: no space stands between it and what it holds
        return mark if joined else f" {mark}"

    def _is_joined(self, before: str, token: str) -> bool:
        """Whether no space stands between two tokens."""
        if not before or _OPENING.fullmatch(before):
            return True
        if _CLOSING.fullmatch(token) or _JOINING.fullmatch(token) or _JOINING.fullmatch(before):
            return True
        if token[0] in _CURLY and self._is_unspaced:
            return True
        return bool(_UNSPACED.match(before[-1]) or _UNSPACED.match(token[0]))
