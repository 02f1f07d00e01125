from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.decoding.filling import BEAM, SINGLE, BayesFiller, ReadText, followed_by, ranked
from nlp.decoding.gaps import Searched, possible_answers
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


@pytest.mark.parametrize("seed", range(5))
def test_a_search_from_both_ends_finds_the_best_of_all(seed: int) -> None:
    """Of 1,000 gaps of three words 200 are weighed, and each is as probable among these as among all."""
    words = [f"w{number}" for number in range(10)]
    vocabulary = language_vocabulary("word", words)
    generator = np.random.default_rng(seed)
    habits = generator.integers(2, 12, (12, 3))  # what follows a word, mostly
    text = [0]
    for _ in range(2000):
        text.append(int(generator.choice(habits[text[-1]])) if generator.random() < 0.9 else 0)
    predictor = NgramPredictor(train_ngrams(np.array(text, np.int32), vocabulary, 3))
    answers, left, right = possible_answers(vocabulary), [0, *text[50:53]], [*text[57:60], 0]
    weighed = 200 * 8 * 5 * 64  # 200 gaps, 8th parts of the work, 3 + 2 tokens, of which each costs 64
    filler = BayesFiller(predictor, beam=5, weighed=weighed)
    found = filler.candidates(left, right, range(1, 4), answers, 999)
    assert filler.searched == [Searched(1, 10, 10), Searched(2, 100, 100), Searched(3, 200, 1000)]
    assert [one.is_all for one in filler.searched] == [True, True, False]
    exact = BayesFiller(predictor)
    every = exact.candidates(left, right, range(1, 4), answers, 9999)
    assert (len(every), exact.searched[2]) == (1110, Searched(3, 1000, 1000))
    assert [one.ids for one in found[:3]] == [one.ids for one in every[:3]]
    whole = {one.ids: one.probability for one in every}
    share = sum(whole[one.ids] for one in found)
    assert share > 0.9
    for one in found:
        assert one.probability == pytest.approx(whole[one.ids] / share, rel=1e-4)


@cache
def boxes(count: int) -> tuple[Vocabulary, NgramPredictor]:
    """Lines in which only the last word tells the second one apart, and an n-gram model of them."""
    lines = [f"box a{number} c{number} holds b{number}" for number in range(count)]
    vocabulary = language_vocabulary("word", dict.fromkeys(" ".join(lines).split()))
    ids = [number for line in lines for number in (*vocabulary.numbers(line.split()), vocabulary.line_end)]
    return vocabulary, NgramPredictor(train_ngrams(np.array(ids, np.int32), vocabulary))


@pytest.mark.parametrize("number", [0, 250, 399])
@pytest.mark.parametrize(("gap", "lengths"), [("c", range(1, 3)), ("a c", range(1, 4)), ("a c", range(2, 3))])
def test_words_that_only_what_follows_tells_apart_are_found_among_more_than_a_beam(
    number: int, gap: str, lengths: range
) -> None:
    vocabulary, predictor = boxes(4 * BEAM)
    expected = " ".join(f"{letter}{number}" for letter in gap.split())
    before, behind = f"box a{number} c{number} holds b{number}".split(f" {expected} ")
    left = [vocabulary.line_end, *vocabulary.numbers(before.split())]
    right = [*vocabulary.numbers(behind.split()), vocabulary.line_end]
    # N-grams are looked up; the same as a network does it, by whole distributions.
    for one in (predictor, NetworkLike(predictor)):
        found = BayesFiller(one).candidates(left, right, lengths, possible_answers(vocabulary), 2)
        assert vocabulary.join(found[0].ids) == expected
        assert found[0].probability > 10 * found[1].probability


def test_a_network_weighs_the_best_by_one_side_of_many_words_and_says_so() -> None:
    vocabulary, predictor = boxes(SINGLE // 2)
    filler = BayesFiller(NetworkLike(predictor), weighed=0)
    answers = possible_answers(vocabulary)
    filler.candidates([0], [0], range(1, 2), answers, 1)
    assert filler.searched == [Searched(1, SINGLE, len(answers))]


class NetworkLike:
    """An n-gram model that hides that its n-grams can be looked up one by one."""

    def __init__(self, predictor: NgramPredictor) -> None:
        self.vocabulary = predictor.vocabulary
        self.start, self.advance = predictor.start, predictor.advance
        self.select, self.score = predictor.select, predictor.score
