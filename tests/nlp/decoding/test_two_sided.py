from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.data.batches import Batch
from nlp.decoding.two_sided import TwoSidedFiller
from nlp.layers.workspace import Workspace
from tests.nlp.decoding.predictor_cases import one_side, two_sided
from tests.nlp.decoding.toy_predictor import characters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.networks.network import Network

LETTERS = characters("abcd")
ANSWERS = LETTERS.numbers("abcd")
LEFT, RIGHT = LETTERS.numbers("\nabba"), LETTERS.numbers("dcab\n")


@pytest.fixture(scope="module")
def model() -> Network:
    return two_sided("lstm", LETTERS)


def log_p_of_text(model: Network, text: Sequence[int], behind: int, *, backward: bool = False) -> float:
    """log P of the tokens from place `behind` on, one after the other, from one side: the chain rule."""
    side = one_side(model, LETTERS, backward=backward)
    state, terms = side.start(1), []
    for token, following in pairwise(text):
        terms.append(float(side.advance(state, np.array([token], np.int32))[0, following]))
    return sum(terms[behind - 1 :])


def pooled(model: Network, filling: Sequence[int]) -> float:
    """S of the docstring, for a whole text."""
    from_left = log_p_of_text(model, [*LEFT, *filling, *RIGHT], len(LEFT))
    reverse = [*RIGHT[::-1], *filling[::-1], *LEFT[::-1]]
    return (from_left + log_p_of_text(model, reverse, len(RIGHT), backward=True)) / 2


def test_a_gap_of_one_token_is_the_softmax_of_training(model: Network) -> None:
    """The loss of one prediction in a batch is -log P(x | both sides) of the filler, over all tokens."""
    found = TwoSidedFiller(model, LETTERS).candidates(LEFT, RIGHT, range(1, 2), range(len(LETTERS)), 9)
    by_id = {one.ids[0]: one.probability for one in found}
    for token in range(len(LETTERS)):
        text = np.array([*LEFT, token, *RIGHT], np.int32)[:, None]
        mask = (np.arange(len(text) - 1) == len(LEFT) - 1).astype(float)[:, None]
        batch = Batch(np.ascontiguousarray(text[:-1]), np.ascontiguousarray(text[1:]), mask)
        loss, count = model.loss(batch, model.new_state(1), Workspace(np.float64))
        assert count == 1
        assert by_id[token] == pytest.approx(np.exp(-loss), rel=1e-9)


def test_a_longer_gap_is_weighed_from_both_sides(model: Network) -> None:
    filler = TwoSidedFiller(model, LETTERS, beam=16, horizon=9)
    found = filler.candidates(LEFT, RIGHT, range(2, 3), ANSWERS, 999)
    scores = {filling: pooled(model, filling) for filling in product(ANSWERS, repeat=2)}
    total = sum(np.exp(score) for score in scores.values())
    assert len(found) == 16
    assert {one.ids: one.probability for one in found} == pytest.approx(
        {filling: np.exp(score) / total for filling, score in scores.items()}, rel=1e-9
    )


def test_lengths_share_by_their_weight_and_singles_by_the_softmax(model: Network) -> None:
    filler = TwoSidedFiller(model, LETTERS, beam=64, horizon=9)
    found = filler.candidates(LEFT, RIGHT, range(1, 4), ANSWERS, 999)
    p = {one.ids: one.probability for one in found}
    weights = [
        sum(np.exp(pooled(model, filling)) for filling in product(ANSWERS, repeat=length))
        for length in (1, 2, 3)
    ]
    shares = [sum(value for ids, value in p.items() if len(ids) == length) for length in (1, 2, 3)]
    assert shares == pytest.approx(np.array(weights) / sum(weights), rel=1e-9)
    alone = {one.ids: one.probability for one in filler.candidates(LEFT, RIGHT, range(1, 2), ANSWERS, 9)}
    assert {ids: value / shares[0] for ids, value in p.items() if len(ids) == 1} == pytest.approx(alone)
    assert sum(p.values()) == pytest.approx(1)
    assert [one.probability for one in found] == sorted(p.values(), reverse=True)


def test_beams_come_from_either_side(model: Network) -> None:
    """With a width of one, what the right side proposes is there beside what the left does."""
    found = TwoSidedFiller(model, LETTERS, beam=1).candidates(LEFT, RIGHT, range(3, 4), ANSWERS, 999)
    assert 1 <= len(found) <= 2
    assert sum(one.probability for one in found) == pytest.approx(1)


@pytest.mark.parametrize("lengths", [range(1, 2), range(1, 4), range(2, 3)])
def test_a_side_that_is_not_there_is_unknown(model: Network, lengths: range) -> None:
    filler = TwoSidedFiller(model, LETTERS, beam=64)
    found = filler.candidates(LEFT, [], lengths, ANSWERS, 999)
    assert sum(one.probability for one in found) == pytest.approx(1)
    assert {len(one.ids) for one in found} == set(lengths)
    if lengths[0] > 1:
        best = max(product(ANSWERS, repeat=2), key=lambda x: log_p_of_text(model, [*LEFT, *x], len(LEFT)))
        assert found[0].ids == best
