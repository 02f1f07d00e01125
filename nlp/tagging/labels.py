"""The labels of a chain, and which may follow which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chain:
    """L labels by `names`: whether i `allowed` (L, L) to be followed by j, may be `first`, may be `last`."""

    names: tuple[str, ...]
    allowed: Flags
    first: Flags
    last: Flags

    def never(self, dtype: npt.DTypeLike) -> np.generic:
        """What is added to forbid a label: far below any sum, and far above what would wrap around."""
        return np.dtype(dtype).type(-(1 << 24))


def free_chain(names: Sequence[str]) -> Chain:
    """Labels of which any may follow any."""
    ones = np.ones(len(names), np.bool_)
    return Chain(tuple(names), np.ones((len(names), len(names)), np.bool_), ones, ones)


_FOLLOWS = {
    "BMES": ["BM", "BE", "MM", "ME", "EB", "ES", "SB", "SS"],
    "BCDMES": ["BC", "BE", "CD", "CE", "DM", "DE", "MM", "ME", "EB", "ES", "SB", "SS"],
}


def word_chain(scheme: str) -> Chain:
    """The labels of characters in words: B begins one, E ends it, M lies between, S is a word alone.

    In the scheme BCDMES the second and third characters of long words have labels of their own, C and D.

    Raises: ValueError for any other scheme
    Source: Xue 2003, "Chinese word segmentation as character tagging"; Zhao, Huang & Li 2006, "An improved
            Chinese word segmentation system with conditional random field"
    """
    if scheme not in _FOLLOWS:
        message = f"{scheme!r} are no labels of characters in words; choose from {', '.join(_FOLLOWS)}"
        raise ValueError(message)
    allowed = np.zeros((len(scheme), len(scheme)), np.bool_)
    for pair in _FOLLOWS[scheme]:
        allowed[scheme.index(pair[0]), scheme.index(pair[1])] = True
    first, last = (np.array([name in some for name in scheme]) for some in ("BS", "ES"))
    return Chain(tuple(scheme), allowed, first, last)


def word_labels(lengths: npt.NDArray[np.int64], scheme: str) -> npt.NDArray[np.uint8]:
    """The label of each character of words of these `lengths`, which stand one after another."""
    ends = np.cumsum(lengths)
    place = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
    inside = np.array([scheme.index(name) for name in ("BCDM" if len(scheme) == 6 else "BM")], np.uint8)
    labels: npt.NDArray[np.uint8] = inside[np.minimum(place, len(inside) - 1)]
    labels[ends - 1] = scheme.index("E")
    labels[ends[lengths == 1] - 1] = scheme.index("S")
    return labels


def entity_chain(names: Sequence[str]) -> Chain:
    """Labels such as O, B-PER, I-PER, E-PER and S-PER, of which only those follow each other that may.

    B begins an entity of several tokens, I or M lies within, E ends it, and S is one of a single token. Where
    no label begins with E or S, an entity is B and any number of I.
    """
    strict = any(name[:2] in {"E-", "S-"} for name in names)
    allowed = np.array([[_may_follow(before, after, strict=strict) for after in names] for before in names])
    first = np.array([name[:1] in "BSO" for name in names])
    last = np.array([not strict or name[:1] in "ESO" for name in names])
    return Chain(tuple(names), allowed, first, last)


def _may_follow(before: str, after: str, *, strict: bool) -> bool:
    within, goes_on = before[:1] in "BIM", after[:1] in "IME"
    if goes_on:
        return within and before[2:] == after[2:]
    return not (strict and within)
