"""How good what is found is, by the judgements of people, counted as trec_eval counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Grades = Mapping[str, int]
"""The id of a document → how well it answers the query; above 0 it is relevant."""

DEPTH = 100
"""So many documents of each query are looked at."""

_CUT = 10


class Figures(NamedTuple):
    """The figures of one query or, as means, of many; each from 0 to 1.

    `ndcg_10`: Σ grade / log2(1 + rank) of the first 10, as a share of the same sum in the best order.
    `mrr_10`: 1 / rank of the first relevant document, 0 if that is not among 10. `recall_100`: the share of
    all relevant documents that are among 100. `precision_10`: of the first 10, the share that are relevant.

    Source: Järvelin & Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques"; trec_eval 9,
            ndcg_cut, recip_rank, recall and P
    """

    ndcg_10: float
    mrr_10: float
    recall_100: float
    precision_10: float


def figures(found: Sequence[tuple[str, float]], grades: Grades) -> Figures:
    """The figures of what was found for one query, ids with scores.

    As trec_eval has it, of equal scores (in float32) the later id comes first, and a grade below 0 is 0.
    """
    by_id = sorted(found, key=lambda one: one[0], reverse=True)
    ranked = [name for name, _ in sorted(by_id, key=lambda one: -one[1])]
    gains = [max(grades.get(name, 0), 0) for name in ranked]
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    first = next((rank for rank, gain in enumerate(gains[:_CUT], 1) if gain), None)
    return Figures(
        _cumulated(gains) / _cumulated(best) if best else 0.0,
        1 / first if first else 0.0,
        sum(gain > 0 for gain in gains[:DEPTH]) / len(best) if best else 0.0,
        sum(gain > 0 for gain in gains[:_CUT]) / _CUT,
    )


def mean_of(each: Sequence[Figures]) -> Figures:
    """The means over queries; 0 without any."""
    return (
        Figures(*(math.fsum(column) / len(each) for column in zip(*each, strict=True))) if each else _NOTHING
    )


_NOTHING = Figures(0.0, 0.0, 0.0, 0.0)


def _cumulated(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:_CUT], 1))
