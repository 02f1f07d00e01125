"""Vectors of lines: the equation by plain loops, and directions against lines drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.line_vectors import SMOOTHING, LineVectors
from nlp.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.layers.arrays import Floats

WORDS = ["the", "of", "king", "queen", "我", "don't"]
COUNTS = [500, 300, 100, 60, 30, 10]


def word_vectors(
    counts: list[int] | None = None, compose: Callable[[str], Floats | None] | None = None
) -> WordVectors:
    matrix = np.random.default_rng(1).normal(size=(len(WORDS), 4)).astype(np.float32)
    return WordVectors(Vocabulary(WORDS, COUNTS if counts is None else counts), matrix, compose=compose)


def by_definition(vectors: WordVectors, words: list[str], directions: Floats) -> Floats:
    """Algorithm 1 of the paper, word by word."""
    total = np.zeros(4)
    for word in words:
        number = WORDS.index(word)
        share = COUNTS[number] / sum(COUNTS)
        total += SMOOTHING / (SMOOTHING + share) * vectors.matrix[number].astype(np.float64)
    total /= len(words)
    for direction in directions.T.astype(np.float64):
        total -= direction * (direction @ total)
    return total


@pytest.mark.parametrize("common", [0, 1, 3])
def test_a_line_is_the_weighted_mean_of_its_words(common: int) -> None:
    vectors = word_vectors()
    lines = LineVectors(vectors, common)
    assert lines.directions.shape == (4, common)
    np.testing.assert_allclose(lines.directions.T @ lines.directions, np.eye(common), atol=1e-6)
    asked = [["the", "king"], ["queen", "of", "the", "the"], ["我"]]
    expected = [by_definition(vectors, words, lines.directions) for words in asked]
    np.testing.assert_allclose(lines.of(asked), expected, atol=1e-6)


def test_the_common_directions_are_those_of_lines_drawn_at_random() -> None:
    vectors = word_vectors()
    lines = LineVectors(vectors, 2)
    draws = np.random.default_rng(2).choice(len(WORDS), (20_000, 20), p=np.array(COUNTS) / sum(COUNTS))
    sums = (lines.weights[draws][:, :, None] * vectors.matrix[draws]).mean(axis=1)
    _, _, found = np.linalg.svd(sums, full_matrices=False)
    overlaps = np.linalg.svd(found[:2] @ lines.directions)[1]
    assert overlaps == pytest.approx([1, 1], abs=1e-3)
    assert abs(found[0] @ lines.directions[:, 1]) == pytest.approx(1, abs=1e-3), "the first comes last"


def test_a_line_does_not_depend_on_its_neighbours() -> None:
    """Alone, among others, and behind more words than are remembered: to the bit."""
    asked = [["the", "king", "of", "don't"], [], ["queen"] * 9 + ["我"], ["The", "queen."]]
    together = LineVectors(word_vectors()).of(asked)
    lines = LineVectors(word_vectors())
    for _ in range(2):
        for words, row in zip(asked, together, strict=True):
            assert lines.of([words])[0].tobytes() == row.tobytes()
        lines.of([[f"king{number}" for number in range(20_000)]])


def test_a_long_line_is_the_mean_of_its_words() -> None:
    """Of more than are gathered at a time."""
    short, long = LineVectors(word_vectors()).of([["the", "king", "queen"], ["the", "king", "queen"] * 3000])
    np.testing.assert_allclose(long, short, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["The", "KING"], ["the", "king"]),
        (["king,", "(Queen)"], ["king", "queen"]),
        (["don't", "Don't!"], ["don't", "don't"]),
        (["我king"], ["我", "king"]),
        (["king", "nowhere", "..."], ["king"]),
    ],
)
def test_words_are_found_as_people_write_them(written: list[str], read: list[str]) -> None:
    lines = LineVectors(word_vectors())
    assert lines.of([written]).tobytes() == lines.of([read]).tobytes()


def test_no_known_word_is_zero() -> None:
    found = LineVectors(word_vectors()).of([["nowhere"], []])
    assert found.shape == (2, 4)
    assert not found.any()
    assert LineVectors(word_vectors()).of([]).shape == (0, 4)


def test_unseen_words_are_made_from_their_parts_and_count_in_full() -> None:
    made = np.array([1, 2, 3, 4], np.float32)
    vectors = word_vectors(compose=lambda word: made if word == "kingz" else None)
    lines = LineVectors(vectors, 0)
    expected = (made + lines.weights[2] * vectors.matrix[2]) / 2
    np.testing.assert_allclose(lines.of([["king", "kingz", "nowhere"]])[0], expected, rtol=1e-6)


def test_without_counts_the_rank_tells_the_share() -> None:
    lines = LineVectors(word_vectors([0] * len(WORDS)))
    shares = np.array([1 / (rank + 2.7) for rank in range(1, 7)])
    shares /= shares.sum()
    np.testing.assert_allclose(lines.weights, SMOOTHING / (SMOOTHING + shares), rtol=1e-6)


def test_cosines() -> None:
    lines = LineVectors(word_vectors())
    found = lines.cosines(["the king\tthe king", "the king\tqueen of 我", "nowhere\tking", "a\tb\tc", "king"])
    first, second = lines.of([["the", "king"], ["queen", "of", "我"]]).astype(np.float64)
    cosine = first @ second / np.sqrt(first @ first * (second @ second))
    assert found[:2] == pytest.approx([1, cosine], abs=1e-6)
    assert [str(one) for one in found[2:]] == [
        "no word of 'nowhere' has a vector",
        "expected two texts, a tab between them; found 3",
        "expected two texts, a tab between them; found 1",
    ]


def test_something_is_left() -> None:
    with pytest.raises(InputError, match="4 directions cannot be taken out of vectors of 4 dimensions"):
        LineVectors(word_vectors(), 4)
