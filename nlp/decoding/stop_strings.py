"""The end of a generated text at a given string, found while the text is shown as it is made."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Text goes in piece by piece; what comes out is never a part of a stop string.

    An end of the text that may still become a stop string is held back. The stop string that is complete
    first ends the text; of two that end together, the longer. How the text is cut into pieces changes
    nothing.

    Raises: ValueError for an empty string, which would stop everything.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        if not all(strings):
            message = "a stop string is empty"
            raise ValueError(message)
        self._strings = tuple(strings)
        self._held = ""

    def feed(self, piece: str) -> tuple[str, bool]:
        """What can be shown now, and whether the text ends there."""
        if not self._strings:
            return piece, False
        text = self._held + piece
        if not text:
            return "", False
        start = _first_stop(text, self._strings)
        if start is not None:
            self._held = ""
            return text[:start], True
        shown = len(text) - _unfinished(text, self._strings)
        self._held = text[shown:]
        return text[:shown], False

    def rest(self) -> str:
        """What was held back, once the text has ended otherwise."""
        held, self._held = self._held, ""
        return held


def _first_stop(text: str, strings: Sequence[str]) -> int | None:
    """Where the string begins that is complete first in `text`, or None."""
    found = [(start + len(string), start) for string in strings if (start := text.find(string)) >= 0]
    return min(found)[1] if found else None


def _unfinished(text: str, strings: Sequence[str]) -> int:
    """The length of the longest end of `text`, not empty, that begins one of `strings`."""
    longest, last = 0, text[-1]
    for string in strings:
        length = min(len(string) - 1, len(text))
        while (length := string.rfind(last, 0, length) + 1) > longest:
            if text.endswith(string[:length]):
                longest = length
            length -= 1
    return longest
