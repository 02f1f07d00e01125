"""How messages are worded."""

from __future__ import annotations


def number_of(count: int, noun: str) -> str:
    """A number and what it counts, in a regular plural: 1 word, 0 words, 2,000 words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
