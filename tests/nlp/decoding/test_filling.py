from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.decoding.filling import BEAM, BayesFiller, ReadText, followed_by, ranked
from nlp.decoding.gaps import possible_answers
from nlp.ngrams.model import train_ngrams
from nlp.ngrams.predictor import NgramPredictor
from tests.nlp.decoding.toy_predictor import ToyPredictor, characters
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.text.vocabulary import Vocabulary

LETTERS = characters("abcd")
ANSWERS = LETTERS.numbers("abcd")
LEFT, RIGHT = LETTERS.numbers("\nab"), LETTERS.numbers("dca\n")


@pytest.fixture
def toy() -> ToyPredictor:
    return ToyPredictor(LETTERS)


def by_enumeration(
    toy: ToyPredictor, lengths: range, right: Sequence[int]
) -> list[tuple[tuple[int, ...], float]]:
    """Every possible filling and its probability, by falling probability: Bayes' rule read aloud."""
    joint = {
        filling: np.exp(toy.log_probability([*LEFT, *filling, *right], len(LEFT)))
        for length in lengths
        for filling in product(ANSWERS, repeat=length)
    }
    total = sum(joint.values())
    return sorted(((filling, p / total) for filling, p in joint.items()), key=lambda item: -item[1])


@pytest.mark.parametrize("lengths", [range(1, 2), range(3, 4), range(1, 4)], ids=["one", "three", "1-3"])
@pytest.mark.parametrize("horizon", [0, 2, 8])
def test_a_beam_that_holds_everything_is_exact(toy: ToyPredictor, lengths: range, horizon: int) -> None:
    found = BayesFiller(toy, beam=len(ANSWERS) ** 3, horizon=horizon).candidates(
        LEFT, RIGHT, lengths, ANSWERS, 999
    )
    expected = by_enumeration(toy, lengths, RIGHT[:horizon])
    assert [one.ids for one in found] == [filling for filling, _ in expected]
    np.testing.assert_allclose([one.probability for one in found], [p for _, p in expected], rtol=1e-9)
    assert sum(one.probability for one in found) == pytest.approx(1)


def test_the_text_to_the_right_decides(toy: ToyPredictor) -> None:
    """Two tokens of memory: what stands further off than that changes nothing, what is near does."""
    filler = BayesFiller(toy, beam=100)
    one = filler.candidates(LEFT, LETTERS.numbers("da"), range(1, 2), ANSWERS, 999)
    far = filler.candidates(LEFT, LETTERS.numbers("dab"), range(1, 2), ANSWERS, 999)
    near = filler.candidates(LEFT, LETTERS.numbers("ca"), range(1, 2), ANSWERS, 999)
    assert [c.probability for c in one] == pytest.approx([c.probability for c in far])
    assert [c.probability for c in one] != pytest.approx([c.probability for c in near])


def test_a_beam_keeps_the_most_probable_of_each_length(toy: ToyPredictor) -> None:
    beams = ReadText(toy, LEFT).beam(3, ANSWERS, width=200)
    for length, hypotheses in beams.items():
        scores = [toy.log_probability([*LEFT, *row], len(LEFT)) for row in hypotheses.tolist()]
        assert len(hypotheses) == len(ANSWERS) ** length
        assert scores == sorted(scores, reverse=True)
    narrow = ReadText(toy, LEFT).beam(3, ANSWERS, width=4)
    assert [len(narrow[length]) for length in (1, 2, 3)] == [4, 4, 4]
    np.testing.assert_array_equal(narrow[2], beams[2][:4])


def test_log_probabilities_are_those_of_the_whole_continuation(toy: ToyPredictor) -> None:
    text = ReadText(toy, LEFT)
    continuations = np.array([[2, 3, 4, 5], [5, 5, 0, 2]], np.int32)
    expected = [toy.log_probability([*LEFT, *row], len(LEFT)) for row in continuations.tolist()]
    for _ in range(2):  # the text is not used up
        np.testing.assert_allclose(text.log_probabilities(continuations), expected)
    np.testing.assert_allclose(text.log_probabilities(continuations[:, :0]), [0, 0])


def test_ranking_compares_lengths_and_keeps_ties_in_order() -> None:
    hypotheses = [np.array([[1], [2]], np.int32), np.array([[3, 4]], np.int32)]
    found = ranked(hypotheses, [np.array([-1000.0, -1001.0]), np.array([-1000.0])], 9)
    assert [one.ids for one in found] == [(1,), (3, 4), (2,)]
    assert [one.probability for one in found] == pytest.approx([0.4223, 0.4223, 0.1554], abs=1e-4)
    assert ranked(hypotheses, [np.array([-1000.0, -1001.0]), np.array([-1000.0])], 2) == found[:2]


def test_hypotheses_are_followed_by_the_same_text() -> None:
    joined = followed_by(np.array([[1, 2], [3, 4]], np.int32), [7, 8, 9])
    np.testing.assert_array_equal(joined, [[1, 2, 7, 8, 9], [3, 4, 7, 8, 9]])


def boxes(count: int) -> tuple[Vocabulary, NgramPredictor]:
    """Lines in which only the last word tells the first one apart, and an n-gram model of them."""
    lines = [f"box a{number} holds coin b{number}" for number in range(count)]
    vocabulary = language_vocabulary("word", dict.fromkeys(" ".join(lines).split()))
    ids = [number for line in lines for number in (*vocabulary.numbers(line.split()), vocabulary.line_end)]
    return vocabulary, NgramPredictor(train_ngrams(np.array(ids, np.int32), vocabulary))


@pytest.mark.parametrize("number", [0, 250, 399])
def test_a_word_that_only_what_follows_tells_apart_is_found_among_more_than_a_beam(number: int) -> None:
    vocabulary, predictor = boxes(4 * BEAM)
    left = [vocabulary.line_end, *vocabulary.numbers(["box"])]
    right = [*vocabulary.numbers(["holds", "coin", f"b{number}"]), vocabulary.line_end]
    # N-grams are looked up; the same as a network does it, by whole distributions.
    for one in (predictor, NetworkLike(predictor)):
        found = BayesFiller(one).candidates(left, right, range(1, 3), possible_answers(vocabulary), 2)
        assert vocabulary.join(found[0].ids) == f"a{number}"
        assert found[0].probability > 10 * found[1].probability


class NetworkLike:
    """An n-gram model that hides that its n-grams can be looked up one by one."""

    def __init__(self, predictor: NgramPredictor) -> None:
        self.vocabulary = predictor.vocabulary
        self.start, self.advance = predictor.start, predictor.advance
        self.select, self.score = predictor.select, predictor.score
