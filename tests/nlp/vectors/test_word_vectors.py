"""Word vectors: neighbours and answers are those of brute force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.text.vocabulary import Vocabulary
from nlp.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


def vectors_of(matrix: Floats) -> WordVectors:
    return WordVectors(Vocabulary([f"w{n}" for n in range(len(matrix))], [1] * len(matrix)), matrix)


def by_brute_force(matrix: Floats, query: Floats, k: int, excluded: list[int]) -> list[tuple[str, float]]:
    """Cosines one by one in float64, sorted by falling cosine, then by number."""
    scored = []
    for number, row in enumerate(matrix.astype(np.float64)):
        lengths = np.linalg.norm(row) * np.linalg.norm(query.astype(np.float64))
        if number not in excluded:
            scored.append((-(row @ query / lengths) if lengths else 0.0, number))
    return [(f"w{number}", -score) for score, number in sorted(scored)[:k]]


# Rows of length 1, 0 or 5 with exact cosines: ties are ties in every arithmetic.
EXACT = np.array(
    [[1, 0], [0, 1], [-1, 0], [0, -1], [3, 4], [4, 3], [-3, 4], [0, 0], [2, 0], [8, 6]], np.float32
)


@settings(max_examples=200)
@given(
    rows=st.lists(st.integers(0, len(EXACT) - 1), min_size=1, max_size=20),
    query=st.integers(0, len(EXACT) - 1),
    k=st.integers(1, 25),
    excluded=st.lists(st.integers(0, 19), max_size=3),
)
def test_neighbours_are_those_of_brute_force_with_ties(
    rows: list[int], query: int, k: int, excluded: list[int]
) -> None:
    """Zero vectors, the same vector twice, more neighbours asked for than there are words."""
    matrix, excluded = EXACT[rows], [number for number in excluded if number < len(rows)]
    (found,) = vectors_of(matrix).nearest(EXACT[query : query + 1], k, [excluded])
    expected = by_brute_force(matrix, EXACT[query], k, excluded)
    assert [one.score for one in found] == pytest.approx([score for _, score in expected], abs=1e-6)
    assert {one.word for one in found} == {word for word, _ in expected}


@settings(max_examples=30)
@given(
    size=st.integers(64, 700),
    k=st.integers(1, 12),
    excluded=st.lists(st.integers(0, 63), max_size=9),
    seed=st.integers(0, 99),
)
def test_many_words_are_searched_in_groups(size: int, k: int, excluded: list[int], seed: int) -> None:
    matrix = np.random.default_rng(seed).integers(-2, 3, (size, 3)).astype(np.float32)
    (found,) = vectors_of(matrix).nearest(matrix[:1], k, [excluded])
    expected = by_brute_force(matrix, matrix[0], k, excluded)
    assert [one.score for one in found] == pytest.approx([score for _, score in expected], abs=1e-6)
    assert not {one.word for one in found} & {f"w{number}" for number in excluded}


def test_more_neighbours_than_groups_are_found_among_many_words() -> None:
    """A hundred of 6500 words: there are more groups than that, though each is of fewer words."""
    matrix = np.random.default_rng(3).normal(size=(6500, 3)).astype(np.float32)
    (found,) = vectors_of(matrix).nearest(matrix[:1], 100)
    expected = by_brute_force(matrix, matrix[0], 100, [])
    assert [one.score for one in found] == pytest.approx([score for _, score in expected], abs=1e-6)


@given(number=st.integers(1, 12), k=st.integers(1, 12))
def test_ties_are_cut_by_number(number: int, k: int) -> None:
    (found,) = vectors_of(np.ones((number, 4), np.float32)).nearest(np.ones((1, 4), np.float32), k)
    assert [one.word for one in found] == [f"w{n}" for n in range(min(number, k))]


@settings(max_examples=100)
@given(matrix=arrays(np.float32, (9, 3), elements=st.floats(-1e3, 1e3, width=32, allow_subnormal=False)))
def test_scores_are_cosines(matrix: Floats) -> None:
    vectors = vectors_of(matrix)
    for query, found in zip(matrix, vectors.nearest(matrix, 3), strict=True):
        expected = by_brute_force(matrix, query, 3, [])
        assert [one.score for one in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1.0, 1e18, 1e37])
def test_lengths_neither_vanish_nor_overflow(scale: float) -> None:
    matrix = (np.array([[3, 4], [4, 3]]) * scale).astype(np.float32)
    (found,) = vectors_of(matrix).nearest(matrix[:1], 2)
    assert [one.score for one in found] == pytest.approx([1, 0.96])
    assert vectors_of(matrix).unit.dtype == np.float32


def test_many_queries_are_answered_in_order() -> None:
    matrix = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    answers = vectors_of(matrix).nearest(matrix, 1)
    assert [one.word for (one,) in answers] == [f"w{n}" for n in range(200)]
    excluded = [[n] for n in range(200)]
    assert all(
        one.word != f"w{n}" for n, (one,) in enumerate(vectors_of(matrix).nearest(matrix, 1, excluded))
    )


def test_nothing_left_is_no_neighbour() -> None:
    assert vectors_of(EXACT[:2]).nearest(EXACT[:1], 5, [[0, 1]]) == [[]]
    assert vectors_of(EXACT).nearest(EXACT[:0], 5) == []


def test_suggestions_come_from_the_vocabulary() -> None:
    assert WordVectors(Vocabulary(["king"], [1]), EXACT[:1]).near_misses.suggest("kign") == ["king"]


def test_an_expression_is_the_sum_of_unit_vectors() -> None:
    """w4 − w0 + w1 = (.6, .8) − (1, 0) + (0, 1) = (−.4, 1.8): w6 (−.6, .8) is nearest, its cosine .911."""
    vectors = vectors_of(EXACT)
    (found,) = vectors.similar(["w4 - w0 + w1"], 1)
    assert isinstance(found, list)
    expected = (0.4 * 0.6 + 1.8 * 0.8) / np.hypot(0.4, 1.8)
    assert [one.word for one in found] == ["w6"]
    assert found[0].score == pytest.approx(expected)
    assert vectors.similar(["w4"], 1, plus=["w1"], minus=["w0"]) == [found]


@pytest.mark.parametrize("method", ["add", "mul"])
def test_analogies_are_those_of_a_plain_loop(method: str) -> None:
    matrix = np.random.default_rng(4).normal(size=(80, 4))
    vectors = vectors_of(matrix.astype(np.float32))
    unit = matrix / np.linalg.norm(matrix, axis=1)[:, None]
    texts = [f"w{number} w{number + 1} w{number + 3}" for number in range(75)]
    answers = vectors.analogies(["no such", *texts], 1, method)
    assert str(answers[0]) == "expected three words, found 2 in 'no such'"
    for number, found in enumerate(answers[1:]):
        a, b, c = (unit @ unit[word] for word in (number, number + 1, number + 3))
        if method == "add":
            scores = (b - a + c) / np.linalg.norm(unit[number + 1] - unit[number] + unit[number + 3])
        else:
            scores = (b + 1) * (c + 1) / 4 / ((a + 1) / 2 + 0.001)
        scores[[number, number + 1, number + 3]] = -np.inf
        assert isinstance(found, list)
        best = int(scores.argmax())
        assert [one.word for one in found] == [f"w{best}"]
        assert found[0].score == pytest.approx(scores[best], rel=1e-4)


def test_a_cosine_is_that_of_brute_force_and_an_error_a_line() -> None:
    vectors = vectors_of(EXACT)
    found = vectors.cosines(["w0 w4", "w0\tw2", "w3 w3", "w7 w0", "w0", "w0 nowhere"])
    assert found[:3] == pytest.approx([0.6, -1, 1])
    told = ("'w7' adds up to zero", "expected two words, found 1 in 'w0'", "'nowhere' has no vector")
    assert all(str(one).startswith(start) for one, start in zip(found[3:], told, strict=True))


def test_a_subset_answers_for_its_own_words_alone() -> None:
    vectors = vectors_of(EXACT)
    among, unknown = vectors.subset(["w4", "nowhere", "w2", "w0"])
    assert (among.vocabulary.words, unknown) == (["w4", "w2", "w0"], ["nowhere"])
    (found,) = vectors.similar(["w0"], 5, among=among)
    assert isinstance(found, list)
    assert [(one.word, round(one.score, 6)) for one in found] == [("w4", 0.6), ("w2", -1.0)]
