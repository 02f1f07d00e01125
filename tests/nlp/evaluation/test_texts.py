from __future__ import annotations

import numpy as np
import pytest

from nlp.evaluation.texts import TextScore

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.4, 0.5, 0.1]])
GOLD = [("a",), ("b",), ("c",), ("b", "a")]


def close(value: float) -> object:
    return pytest.approx(value, abs=1e-6)


def test_one_label_a_text() -> None:
    score = TextScore(("a", "b", "c"), most=2)
    score.add(GOLD[:2], PROBABILITIES[:2])
    score.add(GOLD[2:], PROBABILITIES[2:])
    report = score.report()
    assert (report["texts"], report["accuracy"]) == (4, 0.75)
    assert report["precision_at"] == {"1": 0.75, "2": close(5 / 8)}
    assert report["recall_at"] == {"1": close(3 / 5), "2": 1}
    assert report["micro_f1"] == close(6 / 9)
    assert report["macro_f1"] == close((0.5 + 2 / 3 + 1) / 3)
    assert report["confusion"] == {"a": {"a": 1}, "b": {"a": 1, "b": 1}, "c": {"c": 1}}
    assert report["calibration_error"] == close((0.3 + 0.6 + 0.2 + 0.5) / 4)


def test_labels_above_a_threshold() -> None:
    score = TextScore(("a", "b", "c"), threshold=0.3)
    score.add(GOLD, PROBABILITIES)
    assert {label["label"]: label["precision"] for label in score.report()["labels"]} == {
        "a": close(2 / 3),
        "b": 1,
        "c": 1,
    }


def test_labels_that_the_classifier_does_not_know_are_missed() -> None:
    score = TextScore(("a", "b"))
    score.add([("z",)], np.array([[0.9, 0.1]]))
    report = score.report()
    assert (report["accuracy"], report["recall_at"]["1"]) == (0, 0)
    assert report["confusion"] == {"z": {"a": 1}}
