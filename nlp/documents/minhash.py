"""Signatures of sets, which are alike in as many places as the sets are alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from nlp.documents.shingles import ShingleSets
from nlp.tagging.hashing import Hashes, joined, spread

FUNCTIONS: Final = 128
"""Of hashing, at most; datasketch has as many unless told otherwise."""

FOUND: Final = 0.99
"""The probability, at least, with which a pair of the wanted similarity shares a band."""


@dataclass(frozen=True)
class Bands:
    """A signature in `bands` of `rows` numbers each. Two sets are compared where they share a whole band.

    Equation: P(they share one) = 1 − (1 − J^rows)^bands
    Source:   Leskovec, Rajaraman & Ullman 2020, "Mining of massive datasets", §3.4
    """

    bands: int
    rows: int

    @classmethod
    def for_similarity(cls, threshold: float) -> Self:
        """The longest bands that find a pair of this similarity with the probability `FOUND`."""
        for rows in range(FUNCTIONS, 1, -1):
            made = cls(FUNCTIONS // rows, rows)
            if made.probability(threshold) >= FOUND:
                return made
        return cls(FUNCTIONS, 1)

    def probability(self, similarity: float) -> float:
        """The probability that two sets of this similarity share a band."""
        return float(1 - (1 - similarity**self.rows) ** self.bands)

    def signatures(self, sets: ShingleSets) -> Hashes:
        """The least hash of each set by each function, and so with probability J the same for two sets.

        Equation: s_i(A) = min_{x ∈ A} (a_i x + b_i) mod 2³²,   a_i odd
        Shapes:   N sets, none of them empty -> (N, bands · rows)
        Source:   Broder, Charikar, Frieze & Mitzenmacher 2000, "Min-wise independent permutations", §1 and
                  §5 (of linear ones)
        """
        multipliers, addends = self._functions
        signatures = np.empty((len(multipliers), len(sets)), np.uint32)
        hashed = np.empty_like(sets.hashes)
        for number, (multiplier, addend) in enumerate(zip(multipliers, addends, strict=True)):
            np.multiply(sets.hashes, multiplier, out=hashed)
            hashed += addend
            np.minimum.reduceat(hashed, sets.bounds[:-1], out=signatures[number])
        return np.ascontiguousarray(signatures.T)

    def keys(self, signatures: Hashes) -> Hashes:
        """A hash of each band of each signature; (N, bands · rows) -> (N, bands)."""
        by_band = signatures.reshape(len(signatures), self.bands, self.rows)
        keys = np.broadcast_to(spread(np.arange(1, self.bands + 1, dtype=np.uint32)), by_band.shape[:2])
        for row in range(self.rows):
            keys = joined(keys, by_band[:, :, row])
        return keys

    @cached_property
    def _functions(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        numbers = np.arange(self.bands * self.rows, dtype=np.uint32)
        first, second = spread(numbers + np.uint32(1)), joined(spread(~numbers), numbers)
        return joined(first, second) | np.uint32(1), joined(second, first)
