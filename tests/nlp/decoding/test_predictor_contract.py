"""What holds of every predictor, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.decoding.predictor import Predictor
from tests.implementations import implementations
from tests.nlp.decoding.predictor_cases import CASES, TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlp.layers.arrays import Floats, Ids

    Make = Callable[[], Predictor]

every_predictor = pytest.mark.parametrize("make", CASES.values(), ids=CASES)
TEXTS = np.random.default_rng(0).integers(0, len(TOKENS), (20, 3)).astype(np.int32)
TEXTS[0] = TOKENS.line_end
LONG = np.resize(TEXTS, 600)
"""Longer than what any predictor scores at once."""


def test_every_predictor_stands_in_the_table() -> None:
    assert {type(make()) for make in CASES.values()} >= implementations(Predictor)


def read(predictor: Predictor, state: Any, texts: Ids) -> Floats:
    """All distributions of texts (T, rows) read a token at a time: (T, rows, V)."""
    return np.stack([predictor.advance(state, ids).copy() for ids in texts])


def assert_close(found: Floats, expected: Floats) -> None:
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=1e-5 if expected.dtype == np.float32 else 1e-10)


@every_predictor
def test_what_comes_next_is_a_distribution(make: Make) -> None:
    predictor = make()
    log_p = read(predictor, predictor.start(3), TEXTS)
    assert predictor.vocabulary == TOKENS
    assert log_p.shape == (*TEXTS.shape, len(TOKENS))
    total = np.exp(log_p.astype(np.float64)).sum(axis=2)
    np.testing.assert_allclose(total, 1, atol=1e-5 if log_p.dtype == np.float32 else 1e-12)


@every_predictor
def test_a_stretch_is_scored_as_its_tokens_are_and_leaves_the_same_state(make: Make) -> None:
    predictor, targets = make(), np.roll(LONG, -1)
    one_by_one, at_once = predictor.start(1), predictor.start(1)
    log_p = read(predictor, one_by_one, LONG[:, None])[:, 0]
    assert_close(predictor.score(at_once, LONG, targets), log_p[np.arange(len(LONG)), targets])
    assert_close(read(predictor, at_once, TEXTS[:, :1]), read(predictor, one_by_one, TEXTS[:, :1]))


@every_predictor
def test_a_text_may_be_cut_anywhere(make: Make) -> None:
    """Where the predictor promises it, to the bit."""
    predictor, text = make(), TEXTS[:, 0]
    whole = predictor.score(predictor.start(1), text, text)
    for cut in range(len(text) + 1):
        state = predictor.start(1)
        scores = [predictor.score(state, piece, piece) for piece in np.split(text, [cut])]
        if getattr(predictor, "is_cut_freely", False):
            assert np.array_equal(np.concatenate(scores), whole)
        else:
            np.testing.assert_allclose(np.concatenate(scores), whole, atol=1e-6)


@every_predictor
def test_rows_are_texts_of_their_own(make: Make) -> None:
    predictor = make()
    together = read(predictor, predictor.start(3), TEXTS)
    for row in range(3):
        alone = read(predictor, predictor.start(1), TEXTS[:, row : row + 1])
        assert_close(together[:, row], alone[:, 0])


@every_predictor
def test_states_are_not_shared(make: Make) -> None:
    """Two texts that are read in turn by one predictor are those that are read one after the other."""
    predictor, first, second = make(), TEXTS[:, :1], TEXTS[:, 1:]
    expected = [read(predictor, predictor.start(texts.shape[1]), texts) for texts in (first, second)]
    one, other = predictor.start(1), predictor.start(2)
    for t, (ids, more) in enumerate(zip(first, second, strict=True)):
        assert_close(predictor.advance(one, ids), expected[0][t])
        assert_close(predictor.advance(other, more), expected[1][t])


@every_predictor
def test_selected_rows_go_their_own_ways(make: Make) -> None:
    """Some twice, as their own texts would go on; the state selected from stays as it is."""
    predictor = make()
    state = predictor.start(3)
    read(predictor, state, TEXTS[:5])
    rows, following = np.array([2, 0, 2, 1]), np.array([5, 6, 7, 8], np.int32)
    chosen = predictor.select(state, rows)
    found = read(predictor, chosen, np.stack([following, following[::-1]]))
    for place, row in enumerate(rows):
        text = [*TEXTS[:5, row], following[place], following[::-1][place]]
        alone = read(predictor, predictor.start(1), np.array(text, np.int32)[:, None])
        assert_close(found[:, place], alone[5:, 0])
    unmoved = read(predictor, predictor.start(3), TEXTS[:6])[5]
    assert_close(predictor.advance(state, TEXTS[5]), unmoved)


@every_predictor
def test_the_text_is_left_as_it_is(make: Make) -> None:
    predictor, text, targets = make(), TEXTS[:, 0].copy(), TEXTS[:, 1].copy()
    predictor.score(predictor.start(1), text, targets)
    predictor.advance(predictor.start(20), text)
    assert np.array_equal(text, TEXTS[:, 0])
    assert np.array_equal(targets, TEXTS[:, 1])
