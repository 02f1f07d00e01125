from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.phrases import Phrases, find_phrases
from nlp.text.token_lists import of_equal_size


def joined(text: str, *pairs: str) -> str:
    return " ".join(filter(None, "".join(Phrases(pairs).join([text])).split(" ")))


def test_the_score_is_that_of_the_paper() -> None:
    """(6 - 1) / (6 · 8) · 24 = 2.5: six times new york, twice york alone, ten others."""
    text = "new york x a b\n" * 5 + "new york york york"
    assert len(text.split()) == 29
    score = (6 - 1) / (6 * 8) * 29
    assert find_phrases([text], 1, score * 0.999).pairs >= {"new york"}  # type: ignore[operator]
    assert "new york" not in find_phrases([text], 1, score * 1.001).pairs


def test_no_phrase_crosses_a_line_end() -> None:
    assert find_phrases(["a\nb\n" * 50], 1, 0.0).pairs == set()
    assert joined("new\nyork new york", "new york").split() == ["new", "york", "new_york"]


def test_rare_words_take_no_part() -> None:
    text = "rare pair\n" * 4 + "often pair\n" * 20
    assert find_phrases([text], 5, 0.1).pairs == {"often pair"}


def test_joining_goes_from_the_left_and_uses_a_word_once() -> None:
    assert joined("a a a", "a a") == "a_a a"
    assert joined("a b c", "a b", "b c") == "a_b c"
    assert joined("x a  b", "a b") == "x a_b"


@settings(max_examples=100)
@given(st.text(st.sampled_from("ab \n"), max_size=60), st.data())
def test_blocks_may_be_cut_between_any_tokens(text: str, data: st.DataObject) -> None:
    places = [i for i in range(1, len(text)) if text[i] in " \n" or text[i - 1] in " \n"]
    cuts = sorted(data.draw(st.sets(st.sampled_from(places)))) if places else []
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    found = find_phrases([text], 1, 0.5)
    assert find_phrases(pieces, 1, 0.5) == found
    once, cut_up = "".join(found.join([text])), "".join(found.join(pieces))
    assert [*filter(None, once.split(" "))] == [*filter(None, cut_up.split(" "))]
    assert "".join(once.split()).replace("_", "") == "".join(text.split())


def test_every_pair_of_a_long_text_counts() -> None:
    """Whatever the lists are in which it is counted: one pair of the three would be cut by each of them."""
    times = 50_000
    text = "a b c " * times
    score = 3 * times * (times - 1) / times**2  # of a pair as frequent as its words
    once_less = 3 * times * (times - 2) / times**2
    assert find_phrases([text], 1, (score + once_less) / 2).pairs == {"a b", "b c"}
    assert find_phrases([text + "a"], 1, once_less / 1.0001).pairs == {"a b", "b c", "c a"}
    assert "".join(Phrases({"a b"}).join([text])).split() == ["a_b", "c"] * times


def test_known_phrases_come_out_of_a_text() -> None:
    rng = random.Random(0)  # noqa: S311
    units = ["New York", "Los Angeles", *(f"w{number}" for number in range(50))]
    text = "\n".join(" ".join(rng.choices(units, k=12)) for _ in range(800))
    assert find_phrases([text], 5, 20.0).pairs == {"New York", "Los Angeles"}


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lists_of_equal_size(size: int) -> None:
    lists = [["a", ""], [], ["b", "c", "d"], ["", "e"]]
    found = list(of_equal_size(lists, size))
    assert [token for tokens in found for token in tokens] == list("abcde")
    assert all(len(tokens) == size for tokens in found[:-1])
