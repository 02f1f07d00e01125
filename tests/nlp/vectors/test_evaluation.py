"""Analogies and similarities, against plain loops and ranks counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.vocabulary import Vocabulary
from nlp.vectors.analogies import ADD, MUL, analogy_scores
from nlp.vectors.evaluation import evaluate_analogies, evaluate_similarities, spearman
from nlp.vectors.judgements import Pair, Section
from nlp.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

both_methods = pytest.mark.parametrize("method", [ADD, MUL])
values = st.lists(st.integers(-3, 3), min_size=2, max_size=12)


def vectors_of(words: list[str], matrix: Floats | list[tuple[float, float]]) -> WordVectors:
    return WordVectors(Vocabulary(words, [1] * len(words)), np.array(matrix, np.float32))


def random_vectors(seed: int, size: int) -> WordVectors:
    matrix = np.random.default_rng(seed).normal(size=(size, 5))
    return vectors_of([f"w{number}" for number in range(size)], matrix)


def cosine(u: Floats, v: Floats) -> float:
    return float(u @ v / np.sqrt((u @ u) * (v @ v)))


def score_by_loop(matrix: Floats, d: int, question: tuple[int, int, int], method: str) -> float:
    a, b, c = (cosine(matrix[d], matrix[number]) for number in question)
    if method == ADD:
        return b - a + c
    a, b, c = (a + 1) / 2, (b + 1) / 2, (c + 1) / 2
    return b * c / (a + 0.001)


@both_methods
def test_scores_are_those_of_the_equation(method: str) -> None:
    vectors = random_vectors(0, 7)
    a, b, c = vectors.unit[:3], vectors.unit[2:5], vectors.unit[4:7]
    scores = analogy_scores(vectors.unit, a, b, c, method)
    expected = [
        [score_by_loop(vectors.matrix.astype(np.float64), d, (q, q + 2, q + 4), method) for d in range(7)]
        for q in range(3)
    ]
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


@both_methods
@pytest.mark.parametrize("restrict", [None, 9, 12])
def test_accuracy_is_that_of_a_plain_loop(method: str, restrict: int | None) -> None:
    """Questions in two sections, more of them than one block holds."""
    vectors, size = random_vectors(1, 12), restrict or 12
    draws = np.random.default_rng(2).integers(0, 12, (600, 4)).tolist()
    sections = [Section(name, []) for name in ("first", "second")]
    expected = [[0, 0, 0], [0, 0, 0]]  # asked, correct, out of vocabulary
    for draw in draws:
        part = draw[0] % 2
        sections[part].questions.append(tuple(f"W{number}" for number in draw))
        if max(draw) >= size:
            expected[part][2] += 1
            continue
        a, b, c, answer = draw
        candidates = [d for d in range(size) if d not in {a, b, c}]
        best = max(
            candidates,
            key=lambda d: score_by_loop(vectors.matrix.astype(np.float64), d, (a, b, c), method),
        )
        expected[part][0] += 1
        expected[part][1] += best == answer
    report = evaluate_analogies(vectors, sections, restrict, method)
    found = [[part["asked"], part["correct"], part["out_of_vocabulary"]] for part in report["sections"]]
    assert found == expected
    totals = [sum(column) for column in zip(*expected, strict=True)]
    assert [report["asked"], report["correct"], report["out_of_vocabulary"]] == totals
    assert report["accuracy"] == round(totals[1] / totals[0], 4)
    assert (report["method"], report["restrict_vocab"]) == (method, restrict)
    assert 0 < totals[1] < totals[0], "the test needs right and wrong answers"


SQUARE: list[tuple[float, float]] = [(1, 0), (0, 1), (-1, 0.1), (0.1, -1)]


def test_the_more_frequent_form_stands_for_both_cases() -> None:
    """ "KING" would be the first answer, if it were a word of its own."""
    words, matrix = ["man", "king", "woman", "queen", "KING"], [*SQUARE, (-1, 1)]
    question = Section("s", [("Man", "King", "Woman", "QUEEN")])
    b, a, c = (np.array(matrix[number]) for number in (1, 0, 2))
    assert cosine(np.array(matrix[4]), b - a + c) > cosine(np.array(matrix[3]), b - a + c)
    assert evaluate_analogies(vectors_of(words, matrix), [question])["accuracy"] == 1


def test_nothing_asked_has_no_accuracy() -> None:
    vectors = vectors_of(["a", "b"], SQUARE[:2])
    empty = {"accuracy": None, "correct": 0, "asked": 0}
    assert evaluate_analogies(vectors, []).items() >= {**empty, "out_of_vocabulary": 0}.items()
    report = evaluate_analogies(vectors, [Section("s", [("a", "b", "a", "x")])])
    assert report.items() >= {**empty, "out_of_vocabulary": 1}.items()


def test_similarity_is_the_correlation_of_ranks() -> None:
    """cosines to a: b .8, c .6, d 0, e -1; the judgements swap b and c, so ρ = 1 − 6·2/(4·15) = .8."""
    vectors = vectors_of(["a", "b", "c", "d", "e"], [(5, 0), (4, 3), (3, -4), (0, 2), (-1, 0)])
    judged = {"b": 8.0, "c": 9.0, "d": 3.0, "e": 1.0}
    pairs = [Pair("a", word, score) for word, score in judged.items()] + [Pair("a", "unknown", 5)]
    assert evaluate_similarities(vectors, pairs) == {"spearman": 0.8, "pairs": 4, "out_of_vocabulary": 1}


def test_case_counts_only_where_both_forms_are_words() -> None:
    vectors = vectors_of(["may", "Paris", "May", "day"], SQUARE)
    pairs = [Pair("May", "DAY", 1), Pair("may", "paris", 2), Pair("Day", "may", 3)]
    expected = [cosine(vectors.matrix[m], vectors.matrix[n]) for m, n in [(2, 3), (0, 1), (3, 0)]]
    report = evaluate_similarities(vectors, pairs)
    assert report["pairs"] == 3
    assert report["spearman"] == pytest.approx(spearman(np.array(expected), np.array([1, 2, 3])))


@pytest.mark.parametrize("pairs", [[], [Pair("a", "b", 1)], [Pair("x", "y", 1)], [Pair("a", "b", 1)] * 3])
def test_too_little_has_no_correlation(pairs: list[Pair]) -> None:
    assert evaluate_similarities(vectors_of(["a", "b"], SQUARE[:2]), pairs)["spearman"] is None


def ranks_by_definition(numbers: list[int]) -> list[float]:
    """1 + how many are smaller, ties sharing the mean of their ranks."""
    return [
        sum(other < number for other in numbers) + (sum(other == number for other in numbers) + 1) / 2
        for number in numbers
    ]


@settings(max_examples=200)
@given(pairs=st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12))
def test_spearman_shares_the_ranks_of_ties(pairs: list[tuple[int, int]]) -> None:
    x, y = ([pair[side] for pair in pairs] for side in (0, 1))
    found = spearman(np.array(x, np.float64), np.array(y, np.float64))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
        return
    (u, v) = (np.array(ranks_by_definition(side)) - (len(pairs) + 1) / 2 for side in (x, y))
    assert found == pytest.approx(cosine(u, v))
