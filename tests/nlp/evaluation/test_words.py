from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.evaluation.words import WordScore, common

WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), max_size=12)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_found(first: list[str], second: list[str]) -> None:
    places = common(first, second)
    rest = iter(second)
    assert all(first[place] in rest for place in places)
    assert places == sorted(set(places))
    lengths = [[0] * (len(second) + 1)]
    for word in first:
        row = [0]
        for number, other in enumerate(second):
            row.append(lengths[-1][number] + 1 if word == other else max(row[-1], lengths[-1][number + 1]))
        lengths.append(row)
    assert len(places) == lengths[-1][-1]


def test_words_count_as_in_the_scorer_of_the_bakeoff() -> None:
    score = WordScore({"我", "爱", "北京"})
    score.add(["我", "爱", "北京", "天安门"], ["我", "爱", "北京天", "安门"])
    score.add(["天安门", "好"], ["天安门", "好"])
    score.add([], ["x"])
    assert score.report() == {
        "accuracy": pytest.approx(4 / 6, abs=1e-6),
        "precision": pytest.approx(4 / 6, abs=1e-6),
        "recall": pytest.approx(4 / 6, abs=1e-6),
        "f1": pytest.approx(4 / 6, abs=1e-6),
        "labels": [],
        "recall_unseen": pytest.approx(2 / 3, abs=1e-6),
        "recall_seen": pytest.approx(2 / 3, abs=1e-6),
        "unseen": 0.5,
    }


def test_words_at_other_places_may_be_right_as_diff_has_it() -> None:
    score = WordScore()
    score.add(["a", "b", "ab"], ["ab", "a", "b"])
    report = score.report()
    assert report["recall"] == pytest.approx(2 / 3, abs=1e-6)
    assert (report["recall_unseen"], report["recall_seen"], report["unseen"]) == (None, None, None)


def test_a_long_line_is_aligned_piece_by_piece() -> None:
    """Of 6,100 words the score is that of 100 lines of 61."""
    gold, predicted = ["ab", *"cd" * 30], ["a", "b", *"cd" * 30]
    one, many = WordScore(), WordScore()
    one.add(gold * 100, predicted * 100)
    for _ in range(100):
        many.add(gold, predicted)
    assert one.report() == many.report()
    assert one.report()["recall"] == pytest.approx(60 / 61, abs=1e-6)
