"""The features of a character among its neighbours, from which words or entities are found.

Each template gives every place of a flat text a bucket. Those of neighbouring characters are the same hashes
seen from another place, xored with the template's own salt, so that most cost a single operation. Templates
that follow one another differ in the lowest bits of their salts alone: the rows that one pair of characters
selects from four places stand side by side, in what the processor fetches from memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.tagging.characters import Codes, types_of
from nlp.tagging.hashing import Hashes, buckets, joined, salt, shifted, spread
from nlp.tagging.lexicon import Longest

_TYPE_BITS = np.uint32(3)
_SIDE_BY_SIDE = 4  # rows of 16 bytes, as many as a line of the cache has
_FAR = np.uint32(0x10000000)  # is added to a character that stands two places on: no other pair is the same


def word_features(symbols: Codes, longest: Longest | None, bits: int) -> Iterator[Hashes]:
    """Yield the buckets of each template for words: 13 of characters and, given `longest`, 6 of a dictionary.

    The pairs C-2C-1, C-1C0, C0C1, C1C2 and C-1C1; C-2 … C2; the types T-2…T2 and T-1…T1; which neighbours
    are equal; the longest words that start (s), end (e) and go on (m) here, all three, (s, C0) and (e, C0).
    """
    numbered = _Numbered(bits)
    yield from _pairs(numbered, symbols)
    yield from _characters(numbered, symbols, 2)
    yield from _types(numbered, symbols)
    yield numbered(buckets(_repetition(symbols), bits))
    if longest is not None:
        start, end, cover = (lengths.astype(np.uint32) for lengths in longest)
        for lengths in (start, end, cover):
            yield numbered(buckets(lengths, bits))
        yield numbered(buckets((start << np.uint32(6)) | (end << _TYPE_BITS) | cover, bits))
        character = spread(symbols)
        for lengths in (start, end):
            yield numbered(buckets(joined(character, lengths), bits))


def entity_features(symbols: Codes, bits: int) -> Iterator[Hashes]:
    """Yield the buckets of each template for entities: those of words, and characters from farther away.

    The pairs of neighbours within two places, C-1C1; C-4 … C4; C-2C0 and C0C2; C-1C0C1; types; equalities.
    """
    numbered = _Numbered(bits)
    yield from _pairs(numbered, symbols)
    yield from _characters(numbered, symbols, 4)
    apart = buckets(joined(spread(symbols), shifted(symbols, 2) + _FAR), bits)
    for place in (-2, 0):
        yield numbered(shifted(apart, place))
    three = joined(joined(spread(symbols), shifted(symbols, 1)), shifted(symbols, 2))
    yield numbered(shifted(buckets(three, bits), -1))
    yield from _types(numbered, symbols)
    yield numbered(buckets(_repetition(symbols), bits))


class _Numbered:
    """Gives each template, in their order, a salt of its own, alike for those that stand side by side."""

    def __init__(self, bits: int) -> None:
        self._bits, self._number = bits, 0

    def __call__(self, found: Hashes) -> Hashes:
        line, place = divmod(self._number, _SIDE_BY_SIDE)
        self._number += 1
        return found ^ (salt(line, self._bits) // _SIDE_BY_SIDE * _SIDE_BY_SIDE + np.uint32(place))

    @property
    def bits(self) -> int:
        return self._bits


def _characters(numbered: _Numbered, symbols: Codes, reach: int) -> Iterator[Hashes]:
    alone = buckets(spread(symbols), numbered.bits)
    for place in range(-reach, reach + 1):
        yield numbered(shifted(alone, place))


def _pairs(numbered: _Numbered, symbols: Codes) -> Iterator[Hashes]:
    hashes = spread(symbols)
    neighbours = buckets(joined(hashes, shifted(symbols, 1)), numbered.bits)
    for place in (-2, -1, 0, 1):
        yield numbered(shifted(neighbours, place))
    around = buckets(joined(hashes, shifted(symbols, 2) + _FAR), numbered.bits)
    yield numbered(shifted(around, -1))


def _types(numbered: _Numbered, symbols: Codes) -> Iterator[Hashes]:
    kinds = types_of(symbols).astype(np.uint32)
    three = (shifted(kinds, -1) << (_TYPE_BITS * 2)) | (kinds << _TYPE_BITS) | shifted(kinds, 1)
    five = (shifted(kinds, -2) << (_TYPE_BITS * 4)) | (three << _TYPE_BITS) | shifted(kinds, 2)
    yield numbered(buckets(five, numbered.bits))
    yield numbered(buckets(three, numbered.bits))


def _repetition(symbols: Codes) -> Hashes:
    """Five bits: whether C0 equals C-1, C1, C-2 and C2, and C-1 equals C1."""
    next_, second = symbols[1:] == symbols[:-1], symbols[2:] == symbols[:-2]
    bits = np.zeros(len(symbols), np.uint32)
    bits[1:] |= next_ * np.uint32(1)
    bits[:-1] |= next_ * np.uint32(2)
    bits[2:] |= second * np.uint32(4)
    bits[:-2] |= second * np.uint32(8)
    bits[1:-1] |= second * np.uint32(16)
    return bits
