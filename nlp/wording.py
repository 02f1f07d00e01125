"""How messages are worded."""

from __future__ import annotations

_LONG = 1_000_000


def number_of(count: int, noun: str) -> str:
    """A number and what it counts, in a regular plural: 1 word, 0 words, 2,000 words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def decimal(value: float, places: int) -> str:
    """A number with so many decimal places; from a million on, three digits and a power of ten: 1.01e+304."""
    return f"{value:.{places}f}" if abs(value) < _LONG else f"{value:.3g}"
