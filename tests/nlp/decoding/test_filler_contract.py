"""What holds of every filler of gaps, whichever it is."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from nlp.decoding.filling import BayesFiller
from nlp.decoding.gaps import Filler
from nlp.decoding.two_sided import TwoSidedFiller
from tests.implementations import implementations
from tests.nlp.decoding import predictor_cases
from tests.nlp.decoding.predictor_cases import TOKENS, two_sided

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlp.decoding.gaps import Candidate

    Make = Callable[[], Filler]


def by_bayes(predictor: str) -> Filler:
    """The filler by Bayes' rule of one of the predictors."""
    return BayesFiller(predictor_cases.CASES[predictor](), beam=10)


def from_both_sides(cell: str) -> Filler:
    """The filler of a bidirectional network."""
    return TwoSidedFiller(two_sided(cell), TOKENS, beam=10)


CASES: dict[str, Make] = {
    **{f"by {name}": partial(by_bayes, name) for name in ("lstm", "nnlm", "4-grams", "toy of the tests")},
    **{f"two-sided {cell}": partial(from_both_sides, cell) for cell in ("rnn", "lstm", "gru")},
}
LEFT, RIGHT = TOKENS.numbers("\nabbac"), TOKENS.numbers("hgi\n")
ANSWERS = TOKENS.numbers("abcdef")
LENGTHS = [range(1, 2), range(2, 3), range(1, 4)]
ALL = 10_000

every_filler = pytest.mark.parametrize("make", CASES.values(), ids=CASES)
all_lengths = pytest.mark.parametrize("lengths", LENGTHS, ids=["one", "two", "1-3"])


def test_every_filler_stands_in_the_table() -> None:
    assert {type(make()) for make in CASES.values()} == implementations(Filler)


@every_filler
@all_lengths
@pytest.mark.parametrize(("left", "right"), [(LEFT, RIGHT), (LEFT[:1], RIGHT[-1:]), (LEFT, [])])
def test_candidates_are_a_distribution_over_answers_of_these_lengths(
    make: Make, lengths: range, left: Sequence[int], right: Sequence[int]
) -> None:
    filler = make()
    found = filler.candidates(left, right, lengths, ANSWERS, ALL)
    assert filler.vocabulary == TOKENS
    assert {len(one.ids) for one in found} == set(lengths)
    assert {number for one in found for number in one.ids} <= set(ANSWERS)
    assert len({one.ids for one in found}) == len(found)
    assert sum(one.probability for one in found) == pytest.approx(1)
    assert all(one.probability >= other.probability > 0 for one, other in pairwise(found))


@every_filler
@all_lengths
def test_the_best_are_the_first_of_all(make: Make, lengths: range) -> None:
    filler = make()
    found = filler.candidates(LEFT, RIGHT, lengths, ANSWERS, ALL)
    assert [one.length for one in filler.searched] == list(lengths)
    assert sum(one.weighed for one in filler.searched) == len(found)
    assert [one.possible for one in filler.searched] == [len(ANSWERS) ** length for length in lengths]
    assert [filler.candidates(LEFT, RIGHT, lengths, ANSWERS, k) for k in (1, 3)] == [found[:1], found[:3]]


@every_filler
def test_nothing_to_choose_from_gives_nothing(make: Make) -> None:
    assert [make().candidates(LEFT, RIGHT, lengths, [], 5) for lengths in LENGTHS] == [[], [], []]


@every_filler
def test_one_answer_is_certain(make: Make) -> None:
    (found,) = make().candidates(LEFT, RIGHT, range(2, 3), ANSWERS[:1], ALL)
    assert found.ids == (ANSWERS[0],) * 2
    assert found.probability == pytest.approx(1)


@every_filler
def test_fewer_answers_share_what_the_others_had(make: Make) -> None:
    def by_id(answers: Sequence[int]) -> dict[tuple[int, ...], float]:
        return {one.ids: one.probability for one in make().candidates(LEFT, RIGHT, range(1, 2), answers, ALL)}

    of_all, of_some = by_id(ANSWERS), by_id(ANSWERS[1:4])
    share = sum(of_all[ids] for ids in of_some)
    assert of_some == pytest.approx({ids: of_all[ids] / share for ids in of_some})


@every_filler
def test_what_was_asked_before_changes_nothing(make: Make) -> None:
    questions = [(LEFT, RIGHT), (LEFT[:1], RIGHT), (LEFT, [])]

    def ask(filler: Filler, number: int) -> list[Candidate]:
        left, right = questions[number]
        return filler.candidates(list(left), list(right), range(1, 4), ANSWERS, ALL)

    filler = make()
    assert [ask(filler, n) for n in (0, 1, 2, 1, 0)] == [ask(make(), n) for n in (0, 1, 2, 1, 0)]
