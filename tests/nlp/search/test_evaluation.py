"""The figures are those of trec_eval."""

from __future__ import annotations

import math

import pytest

from nlp.search.evaluation import Figures, figures, mean_of

# The example of pytrec_eval's README, whose ndcg of q1 is 0.5 and of q2 0.6934264036172708.
QRELS = {"q1": {"d1": 0, "d2": 1, "d3": 0}, "q2": {"d2": 1, "d3": 1}}
RUN = {"q1": {"d1": 1.0, "d2": 0.0, "d3": 1.5}, "q2": {"d1": 1.5, "d2": 0.2, "d3": 0.5}}


def test_the_example_of_pytrec_eval() -> None:
    first, second = (figures(list(RUN[query].items()), QRELS[query]) for query in ("q1", "q2"))
    assert first == pytest.approx(Figures(0.5, 1 / 3, 1, 0.1))
    assert second == pytest.approx(Figures(0.6934264036172708, 0.5, 1, 0.2))
    assert mean_of([first, second]).ndcg_10 == pytest.approx((0.5 + 0.6934264036172708) / 2)
    assert mean_of([]) == Figures(0, 0, 0, 0)


def test_grades_are_gains_and_the_later_id_wins_a_tie() -> None:
    grades = {"a": 3, "b": 1, "c": -1, "d": 2}
    found = [("a", 1.0), ("b", 1.0), ("c", 2.0)]
    best = 3 + 2 / math.log2(3) + 1 / 2
    gained = 1 / math.log2(3) + 3 / 2
    assert figures(found, grades) == pytest.approx(Figures(gained / best, 1 / 2, 2 / 3, 0.2))


def test_what_is_deeper_does_not_count() -> None:
    found = [(f"x{number:03}", 1 - number / 1000) for number in range(100)] + [("good", 0.0)]
    assert figures(found, {"good": 1}) == Figures(0, 0, 0, 0)
    assert figures(found[50:], {"good": 1}) == Figures(0, 0, 1, 0)
    assert figures(found, {"x000": 0}) == Figures(0, 0, 0, 0)
