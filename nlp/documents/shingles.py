"""Texts as sets of shingles: the runs of so many characters that they hold, each as a number of 32 bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from nlp.layers.ragged import places_of
from nlp.tagging.characters import codes
from nlp.tagging.hashing import Hashes, joined, spread

CHARACTERS: Final = 1 << 17
"""Of texts that are hashed together: the arrays of so many stay in the processor's caches."""

_HALF: Final = np.uint64(32)


@dataclass(frozen=True)
class ShingleSets:
    """The sets of several texts, one behind the other.

    Shapes: `hashes` (M,) uint32, those of each text rising and distinct; `bounds` (N + 1,) between the texts
    """

    hashes: Hashes
    bounds: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, number: int) -> Hashes:
        return self.hashes[self.bounds[number] : self.bounds[number + 1]]


def shingle_sets(texts: Sequence[str], size: int) -> Iterator[ShingleSets]:
    """The sets of shingles of `size` characters of the texts, as many texts at a time as fit the caches.

    A shorter text is one shingle; none may be empty.
    """
    start, characters = 0, 0
    for number, text in enumerate(texts):
        if number > start and characters + len(text) > CHARACTERS:
            yield _sets(texts[start:number], size)
            start, characters = number, 0
        characters += len(text)
    if start < len(texts):
        yield _sets(texts[start:], size)


def jaccard(first: Hashes, second: Hashes) -> float:
    """The share of the shingles of two texts that both have.

    Equation: J(A, B) = |A ∩ B| / |A ∪ B|
    Shapes:   `first` (A,) and `second` (B,), rising and distinct
    Source:   Jaccard 1912, "The distribution of the flora in the alpine zone"; Broder 1997, "On the
              resemblance and containment of documents", §2 (of shingles)
    """
    few, many = sorted((first, second), key=len)
    places = many.searchsorted(few)
    common = int(np.count_nonzero(many[np.minimum(places, len(many) - 1)] == few))
    return common / (len(few) + len(many) - common)


def _sets(texts: Sequence[str], size: int) -> ShingleSets:
    """Those of a few texts, or of a single long one."""
    if len(texts) == 1:
        hashes = _of_one(texts[0], size)
        return ShingleSets(hashes, np.array([0, len(hashes)]))
    lengths = np.array([len(text) for text in texts])
    ends = lengths.cumsum()
    hashes = _hashes(codes("".join(texts)), size)
    counts = np.maximum(lengths - size + 1, 1)
    owners = np.arange(len(texts), dtype=np.uint64).repeat(counts)
    firsts = counts.cumsum() - counts
    places = places_of(ends - lengths, counts)
    short = np.flatnonzero(lengths < size)
    found = hashes[np.minimum(places, len(hashes) - 1)]
    for number in short.tolist():
        found[firsts[number]] = _of_one(texts[number], size)[0]
    owned = owners << _HALF | found
    owned.sort()
    owned = owned[_is_new(owned)]
    bounds = (owned >> _HALF).searchsorted(np.arange(len(texts) + 1, dtype=np.uint64))
    return ShingleSets(owned.astype(np.uint32), bounds.astype(np.int64))


def _of_one(text: str, size: int) -> Hashes:
    """The set of one text, made of pieces that overlap by all but one character of a shingle."""
    size = min(size, len(text))
    starts = range(0, len(text) - size + 1, CHARACTERS)
    pieces = [np.unique(_hashes(codes(text[at : at + CHARACTERS + size - 1]), size)) for at in starts]
    return pieces[0] if len(pieces) == 1 else np.unique(np.concatenate(pieces))


def _hashes(symbols: Hashes, size: int) -> Hashes:
    """The hash of the `size` symbols from each place on that has so many; (T,) -> (T - size + 1,)."""
    count = max(len(symbols) - size + 1, 1)
    hashes = spread(symbols[:count])
    for offset in range(1, min(size, len(symbols))):
        hashes = joined(hashes, symbols[offset : offset + count])
    return hashes


def _is_new(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether each of some rising values differs from the one before."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found
