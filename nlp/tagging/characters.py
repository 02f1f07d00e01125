"""Characters as numbers: what the features of a text are made of.

Features see full-width letters, digits and marks as ASCII, and the ideographic space as a space; offsets stay
those of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from nlp.layers.ragged import places_of

Codes = npt.NDArray[np.uint32]

NEAR, FAR = 2, 4
"""Zeros before each unit and after the last: how far the features of words, and of entities, look."""

OTHER, HAN, DIGIT, NUMERAL, LATIN, DATE, MARK = range(1, 8)
"""Types of characters; 0 is that of the padding."""

_FULL_WIDTH, _ASCII = range(0xFF01, 0xFF5F), range(0x21, 0x7F)
_TABLED = 0x30000  # code points that have a place in the tables; those beyond are rare and of type OTHER
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, _TABLED - 1))
_NUMERALS = "〇零一二三四五六七八九十百千万亿两○几数第"
_DATES = "年月日时分秒点号"
_MARKS = "，。、；：？！“”‘’（）《》〈〉【】—…·〔〕『』「」" + "".join(
    chr(code) for code in _ASCII if not chr(code).isalnum()
)


@cache
def _normal() -> Codes:
    """What each code point counts as."""
    table = np.arange(_TABLED, dtype=np.uint32)
    table[_FULL_WIDTH] = _ASCII
    table[0x3000] = 0x20
    return table


@cache
def types() -> npt.NDArray[np.uint8]:
    """The type of each code point, after full-width ones were made ASCII."""
    table = np.full(_TABLED, OTHER, np.uint8)
    for start, end in _HAN:
        table[start:end] = HAN
    for kind, characters in ((NUMERAL, _NUMERALS), (DATE, _DATES), (MARK, _MARKS), (DIGIT, "0123456789")):
        table[[ord(character) for character in characters]] = kind
    table[0x41:0x5B] = table[0x61:0x7B] = LATIN
    table[0x20] = MARK
    table[0] = 0
    return table


def codes(text: str) -> Codes:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@dataclass(frozen=True)
class Flat:
    """Units of text, such as sentences, one after another with padding between them.

    Attributes: `symbols` (P,), the characters as features see them, 0 in the padding; `starts` and `lengths`
    of the units; `places`, where in `symbols` each character of the text is.
    """

    symbols: Codes
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """Where the characters of the units stand, one unit after another."""
        return places_of(self.starts, self.lengths)


def flat(text: Codes, lengths: npt.NDArray[np.int64], padding: int = NEAR) -> Flat:
    """Lay out units of these `lengths`, whose characters follow one another in `text`."""
    count = len(lengths)
    ends = np.cumsum(lengths)
    starts = ends - lengths + padding * np.arange(1, count + 1)
    symbols = np.zeros(len(text) + padding * (count + 1), np.uint32)
    laid = Flat(symbols, starts, lengths)
    symbols[laid.places] = normal(text)
    return laid


def normal(text: Codes) -> Codes:
    """The characters as features see them; none is 0."""
    table = _normal()
    if len(text) and text.max() >= _TABLED:
        return np.where(text < _TABLED, table[np.minimum(text, _TABLED - 1)], text)
    return np.maximum(table.take(text), np.uint32(1))


def types_of(symbols: Codes) -> npt.NDArray[np.uint8]:
    """The type of each symbol."""
    return types().take(np.minimum(symbols, np.uint32(_TABLED - 1)))


def lengths_of(texts: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
    """How many characters each text has, or tokens each sentence."""
    return np.fromiter(map(len, texts), np.int64, len(texts))
