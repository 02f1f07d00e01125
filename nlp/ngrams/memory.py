"""How much of a text is counted at a time, for the memory that there is."""

from __future__ import annotations

import os

from nlp.errors import SettingError
from nlp.storage.columns import Room
from nlp.wording import Message, number_of

BASE = 60_000_000
"""Bytes of a process that has read a text and counts nothing: Python, NumPy, and what reading takes."""

BYTES_OF_TYPE = 500
"""Bytes for each word of the vocabulary, and for its numbers."""

BYTES_AT_ONCE = 64
"""Bytes for each token, n-gram or number that is worked on at a time."""

LEAST_AT_ONCE = 1 << 17


def room_within(memory: int, types: int, directory: str | os.PathLike[str]) -> Room:
    """The room in which a process of so many bytes counts the n-grams of so many `types` of tokens.

    Pages of temporary storage in `directory` that the system keeps in memory as long as it has no other use
    for it are not among them.

    Raises: SettingError for too little memory, telling the least
    """
    base = BASE + BYTES_OF_TYPE * types
    least = base + BYTES_AT_ONCE * max(LEAST_AT_ONCE, types + 1)  # the n-grams of one context stay together
    if memory < least:
        given, needed = (f"{-(-size // 1_000_000):,}" for size in (memory, least))
        raise SettingError(
            Message(
                "`memory` {given}M is too little for {types}; give at least {needed}M",
                given=given,
                types=number_of(types, "distinct token") if types else "any text",
                needed=needed,
            )
        )
    return Room((memory - base) // BYTES_AT_ONCE, directory)
