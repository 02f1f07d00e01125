"""From the hash of a band to the texts that have it: a hash table in one array."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.tagging.hashing import Hashes, buckets

OF_A_KEY: Final = 8
"""Texts that are remembered of a band: more share one only where all of them come from one template."""

_SMALLEST_BITS: Final = 12
_FULL: Final = 0.6
_MOVED: Final = 1 << 16  # slots at a time, when the table grows
_NUMBER_BITS, _NUMBER = np.uint64(32), np.uint64(0xFFFF_FFFF)

_Slots = npt.NDArray[np.uint64]
_Places = npt.NDArray[np.int64]


class Hits(NamedTuple):
    """Which key was found (its place among those asked for), and a text that has it; (H,) each."""

    asked: _Places
    numbers: _Places


class BandTable:
    """Numbers of texts by the keys of their bands; 8 bytes a slot, at least 3 of 10 slots in use once large.

    Open addressing with linear probing; a key has as many slots as texts, `OF_A_KEY` at most.

    Source: Knuth 1998, "The art of computer programming", volume 3, section 6.4, algorithm L
    """

    def __init__(self) -> None:
        self._bits = _SMALLEST_BITS
        self._slots: _Slots = np.zeros(1 << self._bits, np.uint64)
        self._used = 0

    @property
    def nbytes(self) -> int:
        """The size of the table in bytes."""
        return self._slots.nbytes

    def find(self, keys: Hashes) -> Hits:
        """The texts that have each of the keys (K,), in no order."""
        asked, places = np.arange(len(keys)), self._home(keys)
        hits: list[tuple[_Places, _Slots]] = []
        while len(asked):
            slots = self._slots[places]
            same = (slots >> _NUMBER_BITS) == keys[asked]
            same &= slots != 0
            hits.append((asked[same], slots[same]))
            going = slots != 0
            asked, places = asked[going], self._next(places[going])
        if not hits:
            return Hits(np.zeros(0, np.int64), np.zeros(0, np.int64))
        found, slots = (np.concatenate(parts) for parts in zip(*hits, strict=True))
        return Hits(found, (slots & _NUMBER).astype(np.int64) - 1)

    def add(self, keys: Hashes, numbers: _Places) -> None:
        """Put in a text for each key (K,), by rising number; a key that has `OF_A_KEY` takes no more."""
        order = keys.argsort(kind="stable")
        keys, numbers = keys[order], numbers[order]
        ranks = _ranks(keys)
        slots = keys.astype(np.uint64) << _NUMBER_BITS | (numbers + 1).astype(np.uint64)
        while self._used + len(slots) > _FULL * len(self._slots):
            self._grow()
        for rank in range(min(int(ranks.max(initial=-1)) + 1, OF_A_KEY)):
            self._used += self._put(slots[ranks == rank], OF_A_KEY)

    def _grow(self) -> None:
        old = self._slots
        self._bits += 1
        self._slots = np.zeros(1 << self._bits, np.uint64)
        for start in range(0, len(old), _MOVED):
            part = old[start : start + _MOVED]
            self._put(part[part != 0], len(old))

    def _put(self, slots: _Slots, most: int) -> int:
        """Put in slots, unless there are `most` of their key; return how many were put."""
        keys = (slots >> _NUMBER_BITS).astype(np.uint32)
        places, passed, put = self._home(keys), np.zeros(len(slots), np.int64), 0
        while len(slots):
            there = self._slots[places]
            free = np.flatnonzero(there == 0)
            self._slots[places[free]] = slots[free]  # of several at one place, one stays
            settled = self._slots[places] == slots
            put += int(settled.sum())
            passed += ((there >> _NUMBER_BITS) == keys) & (there != 0)
            going = ~settled & (passed < most)
            # One that lost its place to another of this round meets it again, and passes it then.
            onward = np.where(there == 0, places, self._next(places))
            slots, keys, places, passed = slots[going], keys[going], onward[going], passed[going]
        return put

    def _home(self, keys: Hashes) -> _Places:
        return buckets(keys, self._bits).astype(np.int64)

    def _next(self, places: _Places) -> _Places:
        return (places + 1) & (len(self._slots) - 1)


def _ranks(keys: Hashes) -> _Places:
    """How many of the same key come before each, in sorted keys."""
    places = np.arange(len(keys))
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return places - np.maximum.accumulate(np.where(is_first, places, 0))
