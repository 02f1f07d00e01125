from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decoding.beam import beam_search, length_penalty
from nlp.decoding.generation import LENGTH, STOP, Continuation, Limits
from nlp.errors import ModelError
from tests.nlp.decoding.bigram import Bigrams, random_bigrams

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE = 1000


def every_text(predictor: Bigrams, prompt: str, length: int, stop: Sequence[str]) -> list[tuple[float, str]]:
    """All texts that end at a stop string or at the length, with their scores, the best first."""
    known = predictor.vocabulary
    allowed = [number for number in range(len(known)) if number != known.unknown]
    start = known.index[prompt[-1]] if prompt else known.line_end
    found: dict[tuple[int, ...], tuple[float, str]] = {}
    for tokens in itertools.product(allowed, repeat=length):
        for end in range(1, length + 1):
            text = known.join(tokens[:end])
            stops = [text.find(one) for one in stop if one in text]
            if stops or end == length:
                path = [start, *tokens[:end]]
                total = sum(float(predictor.log_table[a, b]) for a, b in itertools.pairwise(path))
                found[tokens[:end]] = (
                    total / length_penalty(end),
                    text[: min(stops)] if stops else text,
                )
                break
    return sorted(found.values(), reverse=True)


@pytest.mark.parametrize(("prompt", "stop"), [("", ()), ("b", ()), ("ab", ("ba", "aa")), ("", ("bb",))])
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_is_an_exhaustive_search(prompt: str, stop: tuple[str, ...], seed: int) -> None:
    predictor = random_bigrams(seed)
    found = beam_search(predictor, prompt, Limits(5, stop), WIDE, [predictor.vocabulary.unknown])
    expected = every_text(predictor, prompt, 5, stop or ("\n",))
    assert len(found) == len(expected)
    assert [one.score for one in found] == pytest.approx([score for score, _ in expected])
    # The same bigrams in another order have the same score, up to rounding.
    assert sorted((round(one.score, 9), one.text) for one in found) == sorted(
        (round(score, 9), text) for score, text in expected
    )


@given(st.integers(0, 10_000), st.integers(1, 8))
@settings(max_examples=50)
def test_a_beam_finds_texts_with_their_own_probability(seed: int, beam: int) -> None:
    predictor = random_bigrams(seed, "abc")
    found = beam_search(predictor, "c", Limits(6), beam)
    assert 1 <= len(found) <= beam
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len({one.tokens for one in found}) == len(found)
    for one in found:
        path = [predictor.vocabulary.index["c"], *one.tokens]
        total = sum(float(predictor.log_table[a, b]) for a, b in itertools.pairwise(path))
        assert one.logprob == pytest.approx(total)
        assert one.score == pytest.approx(total / length_penalty(len(one.tokens)))
        joined = predictor.vocabulary.join(one.tokens)
        assert joined == one.text + ("\n" if one.ended == STOP else "")
        assert one.ended == STOP or len(one.tokens) == 6


def test_a_beam_of_one_is_greedy() -> None:
    predictor = random_bigrams(11, "abcd")
    limits = Limits(8, ["never"])
    (found,) = beam_search(predictor, "a", limits, 1)
    greedy = Continuation(predictor, "a", limits, lambda log_p, _: int(log_p.argmax()))
    assert (found.text, found.ended) == ("".join(greedy), LENGTH)


def test_a_wider_beam_never_finds_worse_than_the_best_of_all() -> None:
    predictor = random_bigrams(12, "abc")
    best = every_text(predictor, "", 5, ("\n",))[0][0]
    unknown = [predictor.vocabulary.unknown]
    for beam in (1, 2, 4, 8):
        assert beam_search(predictor, "", Limits(5), beam, unknown)[0].score <= best + 1e-12


def test_the_search_ends_when_nothing_can_win() -> None:
    predictor = random_bigrams(13)
    line_end = predictor.vocabulary.line_end
    predictor.log_table[:] = -8
    predictor.log_table[:, line_end] = -0.001
    assert beam_search(predictor, "", Limits(10_000), 1)[0].text == ""
    assert len(predictor.calls) == 1


def test_the_search_goes_on_while_a_longer_text_could_win() -> None:
    """After two tokens the unfinished "ac" is less probable than both finished texts; it wins at length."""
    predictor = random_bigrams(0, "abc")
    line_end, unknown, a, b, c = range(5)
    table = np.full((5, 5), 1e-6)
    table[line_end, [a, line_end, b]] = 0.5, 0.3, 0.2
    table[a, [line_end, c]] = 0.7, 0.3
    table[b, line_end] = table[c, c] = table[unknown, c] = 1
    predictor.log_table = np.log(table)
    best, *_ = beam_search(predictor, "", Limits(30), 2)
    assert best.text == "a" + "c" * 29


def test_a_model_without_an_answer_is_told() -> None:
    predictor = random_bigrams(14)
    predictor.log_table[:] = np.nan
    with pytest.raises(ModelError, match="gives no token a probability"):
        beam_search(predictor, "", Limits(3), 2)


def test_the_penalty_is_that_of_the_paper() -> None:
    assert length_penalty(1) == 1
    assert length_penalty(7) == pytest.approx(2**0.6)


@pytest.mark.parametrize("least", [2, 4])
def test_texts_that_end_too_soon_are_given_up(least: int) -> None:
    """A wide beam finds all the others."""
    predictor = random_bigrams(1)
    wide = beam_search(predictor, "", Limits(4, ("b",)), WIDE)
    found = beam_search(predictor, "", Limits(4, ("b",), least=least), WIDE)
    assert found == [one for one in wide if one.ended == LENGTH or len(one.tokens) >= least]
    assert len(found) < len(wide)
