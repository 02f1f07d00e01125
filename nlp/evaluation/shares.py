"""Precision, recall and F1, of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

_PLACES = 6


def share(part: float, whole: float) -> float:
    """Part over whole; 0 of nothing, as conlleval has it."""
    return round(part / whole, _PLACES) if whole else 0.0


def shares(correct: float, found: float, there: float) -> dict[str, float]:
    """The three figures of `correct` ones among those `found` and those that are `there`.

    Equation: P = C / F, R = C / T, F1 = 2 P R / (P + R) = 2 C / (F + T)
    """
    return {
        "precision": share(correct, found),
        "recall": share(correct, there),
        "f1": share(2 * correct, found + there),
    }


class Counts:
    """Of each label, how many are there, how many were found and how many of these are correct."""

    def __init__(self) -> None:
        self.there: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.correct: Counter[str] = Counter()

    def add(self, there: Iterable[str], found: Iterable[str], correct: Iterable[str]) -> None:
        """Count labels."""
        self.there.update(there)
        self.found.update(found)
        self.correct.update(correct)

    def report(self) -> dict[str, Any]:
        """The figures of all labels together, and those of each one, in the order of the alphabet."""
        there, found, correct = self.there, self.found, self.correct
        labels = [
            {"label": label, **shares(correct[label], found[label], there[label]), "support": there[label]}
            for label in sorted(there.keys() | found.keys())
        ]
        return {**shares(correct.total(), found.total(), there.total()), "labels": labels}
