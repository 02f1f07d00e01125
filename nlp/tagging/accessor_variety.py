"""What unlabelled text tells of words: how freely a string of characters is surrounded by others.

A word stands beside many different characters, a part of one beside few. The accessor variety of a string is
the smaller of the numbers of different characters before it and behind it, where each mark or end of a unit
counts as different; here in powers of two, for strings of 2, 3 and 4 characters. Of pairs there is also how
much more often they meet than by chance (pointwise mutual information), in steps of 1.5 bits.

Levels are found by comparing, never by logarithms, whose last bits differ between processors.

Source: Feng, Chen, Deng & Zheng 2004, "Accessor variety criteria for Chinese word extraction"; Sun & Xu 2011,
        "Enhancing Chinese word segmentation using unlabeled data"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from nlp.tagging.characters import MARK, Codes, codes, flat, lengths_of, types_of
from nlp.tagging.hashing import Hashes, buckets, joined, salt, shifted, spread

Levels = npt.NDArray[np.uint8]

SIZES = (2, 3, 4)
"""Characters of the strings whose accessor variety is known."""

MUTUAL = 1
"""The key of the levels of mutual information, beside those of the sizes."""

SIZE = 1 << 22
"""Buckets of each kind of levels."""

MOST_LEVELS = 15
"""Levels are below 16: four bits each."""

MOST_CHARACTERS = 20_000_000
"""So much of a text is looked at: three gigabytes of memory."""

_BITS = 22
_VARIETIES = np.array([2, 4, 8, 16, 32, 64])  # the least of levels 1, 2, …; a variety of 1 tells nothing
_RATIOS = np.array([2.0 ** (1.5 * step) for step in range(-2, 9)])
_DIFFERENT = np.uint64(1 << 31)  # is set in the hash of what counts as different each time
_LEVEL_BITS = np.uint32(4)
_FIRST_NUMBER = 40  # of the templates


class AccessorVariety:
    """Levels (2²²,) of the strings of each size and, under the key `MUTUAL`, of mutual information."""

    def __init__(self, levels: Mapping[int, Levels]) -> None:
        self.levels = levels

    @classmethod
    def of(cls, lines: Iterable[str]) -> AccessorVariety:
        """Count in unlabelled text, of which white space and marks are no part of a string."""
        kept, total = [], 0
        for line in lines:
            units = line.split()
            kept += units
            total += sum(map(len, units))
            if total >= MOST_CHARACTERS:
                break
        symbols = flat(codes("".join(kept)), lengths_of(kept)).symbols
        inside = np.where(types_of(symbols) == MARK, np.uint32(0), symbols)
        levels = {size: _variety(inside, size) for size in SIZES}
        return cls({**levels, MUTUAL: _mutual(inside)})

    def features(self, symbols: Codes, bits: int) -> Iterator[Hashes]:
        """Yield the buckets of each template: 10 of them.

        Of strings of two, that which ends here and that which starts here, and one more on either side. Of
        strings of 3 and of 4: that which ends here or before and that which starts here, that which ends here
        and that which starts behind. Mutual information as strings of two.
        """
        found = {key: self._at(symbols, key) for key in self.levels}
        number = _FIRST_NUMBER
        for key in (SIZES[0], MUTUAL):
            one = found[key]
            for places in ((-1, 0), (-2, -1, 0, 1)):
                number += 1
                yield _bucket(number, bits, *[shifted(one, place) for place in places])
        for size in SIZES[1:]:
            starting = found[size]
            ending = shifted(starting, 1 - size)
            for pair in (
                (ending, starting),
                (shifted(starting, -size), starting),
                (ending, shifted(starting, 1)),
            ):
                number += 1
                yield _bucket(number, bits, *pair)

    def _at(self, symbols: Codes, key: int) -> Hashes:
        """The level of the string that starts at each place; 0 where it would reach into padding."""
        size = max(key, SIZES[0])
        out = np.zeros(len(symbols), np.uint32)
        if len(symbols) >= size:
            found = self.levels[key].take(_strings(symbols, size))
            out[: len(found)] = found * _is_whole(symbols, size)
        return out


def _bucket(number: int, bits: int, *levels: Hashes) -> Hashes:
    together = levels[0]
    for level in levels[1:]:
        together = (together << _LEVEL_BITS) | level
    return buckets(together, bits) ^ salt(number, bits)


def _strings(symbols: Codes, size: int) -> Hashes:
    """The bucket of the string of `size` characters that starts at each place."""
    hashes = spread(symbols)
    for place in range(1, size):
        hashes = joined(hashes[:-1], symbols[place:])
    return hashes >> np.uint32(32 - _BITS)


def _is_whole(symbols: Codes, size: int) -> npt.NDArray[np.bool_]:
    """Whether none of the characters of the strings is 0."""
    zeros = np.concatenate([[0], np.cumsum(symbols == 0)])
    whole: npt.NDArray[np.bool_] = zeros[size:] == zeros[:-size]
    return whole


def _variety(symbols: Codes, size: int) -> Levels:
    """The level of each bucket of strings of this size."""
    if len(symbols) < size + 2:
        return np.zeros(SIZE, np.uint8)
    places = np.flatnonzero(_is_whole(symbols, size))
    found = _strings(symbols, size)[places].astype(np.uint64) << np.uint64(32)
    least = np.full(SIZE, np.iinfo(np.int64).max)
    for beside in (places - 1, places + size):  # there is padding before and behind all
        accessors = spread(symbols[beside]).astype(np.uint64) & ~_DIFFERENT
        ends = symbols[beside] == 0
        accessors[ends] = _DIFFERENT + places[ends].astype(np.uint64)
        pairs = found | accessors
        pairs.sort()
        fresh = np.diff(pairs, prepend=~pairs[:1]) != 0
        strings = (pairs[fresh] >> np.uint64(32)).astype(np.int64)
        np.minimum(least, np.bincount(strings, minlength=SIZE), out=least)
    return np.searchsorted(_VARIETIES, least, side="right").astype(np.uint8)


def _mutual(symbols: Codes) -> Levels:
    """The level of each bucket of pairs, by how often they occur over how often they would by chance."""
    levels = np.zeros(SIZE, np.uint8)
    if len(symbols) < SIZES[0]:
        return levels
    pairs = np.flatnonzero(_is_whole(symbols, 2))
    found = _strings(symbols, 2)[pairs]
    counts = np.bincount(found, minlength=SIZE)[found]
    singles = np.bincount(symbols.astype(np.int64))
    singles[0] = 0
    expected = singles[symbols[pairs]] * singles[symbols[pairs + 1]] / max(int(singles.sum()), 1)
    ratios = (counts + 0.1) / (expected + 0.1)
    np.maximum.at(
        levels, found, np.searchsorted(_RATIOS, ratios, side="right").astype(np.uint8) + np.uint8(1)
    )
    return levels
