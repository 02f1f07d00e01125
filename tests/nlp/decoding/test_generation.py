from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.decoding.generation import LENGTH, REPETITION, STOP, Continuation, Limits, Spelling
from nlp.decoding.reading import pieces_of, read_prompt, stretch_length
from nlp.decoding.sampling import Sampler
from nlp.decoding.settings import Sampling
from nlp.text.vocabulary import WORDS
from tests.nlp.decoding.bigram import Bigrams, cycle, random_bigrams, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence


def sampler(seed: int = 0, **settings: float) -> Sampler:
    return Sampler(Sampling(**settings), np.random.default_rng(seed))  # type: ignore[arg-type]


def made(predictor: Bigrams, prompt: str, limits: Limits, seed: int = 0, **settings: float) -> str:
    return "".join(Continuation(predictor, prompt, limits, sampler(seed, **settings)))


def test_a_circle_goes_on_from_its_prompt() -> None:
    assert made(cycle("abc"), "", Limits(5)) == "abcab"
    assert made(cycle("abc"), "ab", Limits(5)) == "cabca"


def test_text_is_shown_token_by_token() -> None:
    predictor = cycle("abc")
    text = iter(Continuation(predictor, "", Limits(100), sampler()))
    assert [next(text) for _ in range(4)] == ["a", "b", "c", "a"]
    assert predictor.calls == [1] * 4  # one step a token shown, none ahead


def test_a_length_is_of_tokens_and_stops_the_model() -> None:
    predictor = cycle("abc")
    text = Continuation(predictor, "c", Limits(3), sampler())
    assert "".join(text) == "abc"
    assert (len(text.tokens), text.ended) == (3, LENGTH)
    assert sum(predictor.calls) == 4  # the line end and "c", then "a" and "b": nobody asks what follows "c"


def test_a_stop_string_ends_the_text_before_it() -> None:
    text = Continuation(cycle("abcd"), "", Limits(50, ["cda"]), sampler())
    parts = list(text)
    assert "".join(parts) == "ab"
    assert (text.ended, len(text.tokens)) == (STOP, 5)
    assert "c" not in "".join(parts)


def test_what_is_held_back_comes_out_at_the_end() -> None:
    assert made(cycle("abcd"), "", Limits(4, ["cdx"])) == "abcd"


def test_the_probability_is_the_models_own() -> None:
    predictor = random_bigrams(3, "abc")
    text = Continuation(predictor, "b", Limits(20, (), may_repeat=True), sampler(1, temperature=0.3, top_k=2))
    list(text)
    last = predictor.vocabulary.index["b"]
    expected = sum(predictor.log_table[a, b] for a, b in itertools.pairwise([last, *text.tokens]))
    assert text.logprob == pytest.approx(expected)


def test_a_seed_is_a_text() -> None:
    predictor = random_bigrams(4, "abcdef")
    texts = [made(predictor, "a", Limits(200), seed) for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_a_circle_ends_of_itself_unless_it_may_go_on() -> None:
    text = Continuation(cycle("abc"), "", Limits(1000), sampler())
    assert len("".join(text)) == 64
    assert (text.ended, text.cycle) == (REPETITION, 3)
    assert len(made(cycle("abc"), "", Limits(1000, (), may_repeat=True))) == 1000


def test_a_prompt_may_go_round_in_circles() -> None:
    text = Continuation(cycle("abc"), "abc" * 100, Limits(1000), sampler())
    assert len("".join(text)) == 64


def test_the_length_comes_before_the_circle() -> None:
    text = Continuation(cycle("abc"), "", Limits(64), sampler())
    assert len("".join(text)) == 64
    assert text.ended == LENGTH


@given(st.lists(st.integers(0, 4)), st.integers(0, 6))
def test_words_are_spelt_as_the_vocabulary_joins_them(tokens: list[int], before: int) -> None:
    known = vocabulary("x yy z", WORDS)
    tokens = [number % len(known) for number in tokens]
    spelling = Spelling(known)
    assert "".join(map(spelling, tokens)) == known.join(tokens)
    prompt = known.join(tokens[:before])
    rest = Spelling(known, prompt)
    assert prompt + "".join(map(rest, tokens[before:])) == known.join(tokens)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("a  b ", ["a", "b"]),
        ("a\nb c", ["a", "<eos>", "b", "c"]),
        ("\na\n", ["<eos>", "a", "<eos>"]),
    ],
)
def test_lines_in_a_text_of_words_end_with_a_token(text: str, pieces: Sequence[str]) -> None:
    assert pieces_of(vocabulary("a b c", WORDS), text) == pieces


def test_characters_are_as_they_stand() -> None:
    assert pieces_of(vocabulary("ab"), " a\nb") == " a\nb"


@pytest.mark.parametrize("length", [1, 7, 5000])
def test_a_long_prompt_is_read_in_stretches(length: int) -> None:
    predictor = random_bigrams(5, "abc")
    prompt = predictor.vocabulary.numbers("abcabba" * length)
    _, log_p = read_prompt(predictor, prompt)
    np.testing.assert_array_equal(log_p, predictor.log_table[prompt[-1]])
    assert sum(predictor.calls) == 7 * length + 1
    assert max(predictor.calls) <= stretch_length(predictor)


def test_the_unknown_is_said_only_where_it_may_be() -> None:
    predictor = random_bigrams(6, "a")
    predictor.log_table[:] = np.log([0.05, 0.9, 0.05])
    excluding = Sampler(Sampling(), np.random.default_rng(0), [predictor.vocabulary.unknown])
    limits = Limits(60, (), may_repeat=True)
    assert "<unk>" not in "".join(Continuation(predictor, "", limits, excluding))
    assert "<unk>" in made(predictor, "", limits)
