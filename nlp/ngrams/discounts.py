"""The discounts of Kneser-Ney smoothing: what is taken from each count, for n-grams that were never seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.layers.arrays import Integers


class Discounts(NamedTuple):
    """What is taken from a count of 1, of 2, and of 3 or more; each is above 0 and below that count."""

    one: float
    two: float
    three: float


FALLBACK = Discounts(0.5, 1.0, 1.5)


MOST = 4
"""The highest count of which it matters how many n-grams have it."""


def counts_of_counts(parts: Iterable[Integers]) -> list[int]:
    """n_0 … n_4: how many of the counts are 0 … 4, over all parts of them."""
    n = [0] * (MOST + 1)
    for part in parts:
        n = [before + int((part == k).sum()) for k, before in enumerate(n)]
    return n


def estimate_discounts(n: Sequence[int]) -> Discounts:
    """The discounts of one order from how often its (adjusted) counts occur, as `counts_of_counts` tells.

    Equation: D_k = k - (k + 1) Y n_{k+1} / n_k for k = 1, 2, 3,   Y = n_1 / (n_1 + 2 n_2),
              where n_k is how many n-grams have count k; those never seen, n_0, do not matter
    Where some D_k is not in (0, k), as in small texts, or n_3 is 0, as in the low orders of characters, the
    one discount Y serves for all counts (Kneser & Ney); where n_1 or n_2 is 0, they are 0.5, 1 and 1.5.

    Source:   Chen & Goodman 1998, "An empirical study of smoothing techniques for language modeling", report
              TR-10-98, eq. 26; Kneser & Ney 1995, "Improved backing-off for m-gram language modeling"; the
              last resort is that of KenLM's --discount_fallback
    """
    if not n[1] or not n[2]:
        return FALLBACK
    y = n[1] / (n[1] + 2 * n[2])
    if n[3]:
        modified = Discounts(*(k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)))
        if all(0 < discount < k for k, discount in enumerate(modified, 1)):
            return modified
    return Discounts(y, y, y)
