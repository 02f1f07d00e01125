"""How wide text is on a terminal."""

from __future__ import annotations

from unicodedata import category, east_asian_width


def columns_of(text: str) -> int:
    """How many terminal columns `text` takes: wide characters take two, combining ones none."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
