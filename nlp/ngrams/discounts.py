"""The discounts of Kneser-Ney smoothing: what is taken from each count, for n-grams that were never seen."""

from __future__ import annotations

from typing import NamedTuple

from nlp.layers.arrays import Integers


class Discounts(NamedTuple):
    """What is taken from a count of 1, of 2, and of 3 or more; each is above 0 and below that count."""

    one: float
    two: float
    three: float


FALLBACK = Discounts(0.5, 1.0, 1.5)


def estimate_discounts(counts: Integers) -> Discounts:
    """The discounts of one order from its (adjusted) counts.

    Equation: D_k = k - (k + 1) Y n_{k+1} / n_k for k = 1, 2, 3,   Y = n_1 / (n_1 + 2 n_2),
              where n_k is how many n-grams have count k
    Where some D_k is not in (0, k), as in small texts, or n_3 is 0, as in the low orders of characters, the
    one discount Y serves for all counts (Kneser & Ney); where n_1 or n_2 is 0, they are 0.5, 1 and 1.5.

    Shapes:   counts (N,), 0 for what was never seen
    Source:   Chen & Goodman 1998, "An empirical study of smoothing techniques for language modeling", report
              TR-10-98, eq. 26; Kneser & Ney 1995, "Improved backing-off for m-gram language modeling"; the
              last resort is that of KenLM's --discount_fallback
    """
    n = [int((counts == k).sum()) for k in range(5)]
    if not n[1] or not n[2]:
        return FALLBACK
    y = n[1] / (n[1] + 2 * n[2])
    if n[3]:
        modified = Discounts(*(k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)))
        if all(0 < discount < k for k, discount in enumerate(modified, 1)):
            return modified
    return Discounts(y, y, y)
