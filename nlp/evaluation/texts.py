"""Labels of texts, and how probable they were thought to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.evaluation.shares import Counts, share
from nlp.layers.arrays import Floats

_BINS = 15


class TextScore:
    """How good the labels of texts are.

    `labels` are those that a classifier knows; those of a text that it does not know count as missed. With a
    `threshold`, a text is given each label that is at least so probable, and else its most probable one. P@k
    and R@k are over the `most` most probable labels.

    Source: the calibration error is that of Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern
            neural networks", §2, of the most probable label, in 15 bins of equal width
    """

    def __init__(self, labels: Sequence[str], *, threshold: float | None = None, most: int = 1) -> None:
        self._labels, self._threshold = tuple(labels), threshold
        self._ranks = sorted({1, min(most, len(labels))})
        self._counts = Counts()
        self._confusion: Counter[tuple[str, str]] = Counter()
        self._texts = self._right = self._there = 0
        self._hits = dict.fromkeys(self._ranks, 0)
        self._bins = np.zeros((_BINS, 3))  # texts, right ones, sum of probabilities

    def add(self, gold: Sequence[Sequence[str]], probabilities: Floats) -> None:
        """Count texts, whose labels are `gold` and found to be so probable. Shapes: probabilities (T, L)."""
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, : self._ranks[-1]]
        for labels, best, row in zip(gold, order.tolist(), probabilities, strict=True):
            there = set(labels)
            ranked = [self._labels[number] for number in best]
            if self._threshold is None:
                found = ranked[:1]
            else:
                found = [self._labels[number] for number in np.flatnonzero(row >= self._threshold)]
            self._counts.add(there, found, there.intersection(found))
            is_right = ranked[0] in there
            self._confusion.update((label, ranked[0]) for label in (there if not is_right else ranked[:1]))
            self._texts += 1
            self._there += len(there)
            self._right += is_right
            for rank in self._ranks:
                self._hits[rank] += len(there.intersection(ranked[:rank]))
            confidence = float(row[best[0]])
            self._bins[min(int(confidence * _BINS), _BINS - 1)] += 1, is_right, confidence

    def report(self) -> dict[str, Any]:
        """The figures, in types that JSON has; `confusion` has the most probable label by the right one."""
        counts = self._counts.report()
        of_labels = [label["f1"] for label in counts["labels"]]
        error = float(np.abs(self._bins[:, 1] - self._bins[:, 2]).sum())
        predicted: dict[str, dict[str, int]] = {}
        for (label, found), number in sorted(self._confusion.items()):
            predicted.setdefault(label, {})[found] = number
        return {
            "texts": self._texts,
            "accuracy": share(self._right, self._texts),
            "macro_f1": share(sum(of_labels), len(of_labels)),
            "micro_f1": counts["f1"],
            "precision_at": {str(rank): share(hits, rank * self._texts) for rank, hits in self._hits.items()},
            "recall_at": {str(rank): share(hits, self._there) for rank, hits in self._hits.items()},
            "calibration_error": share(error, self._texts),
            "labels": counts["labels"],
            "confusion": predicted,
        }
