"""What a query means: a word, an expression, or the three words of an analogy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InputError
from nlp.vectors.queries import MINUS, PLUS, Query, parse_analogy, parse_pair, parse_query

plain_words = st.text("aé我+-", min_size=1, max_size=4).filter(lambda word: word not in {PLUS, MINUS})


@pytest.mark.parametrize(
    ("text", "plus", "minus"),
    [
        ("king", ("king",), ()),
        ("king - man + woman", ("king", "woman"), ("man",)),
        ("a + a - a", ("a", "a"), ("a",)),
        ("  king\t-  man ", ("king",), ("man",)),
        ("New York", ("New York",), ()),
        ("C++ - well-known", ("C++",), ("well-known",)),
        ("+", ("+",), ()),
        ("-", ("-",), ()),
        ("国王 + 女人", ("国王", "女人"), ()),
        ("", ("",), ()),
    ],
)
def test_words_are_added_and_subtracted(text: str, plus: tuple[str, ...], minus: tuple[str, ...]) -> None:
    assert parse_query(text) == Query(text, plus, minus)


@pytest.mark.parametrize(
    "text",
    [
        "king -",
        "- man",
        "+ -",
        "- - man",
        "king + -",
        "king - - man",
        "king man - woman",
        "New York - USA",
        "a + b c - d",
    ],
)
def test_an_operator_stands_between_two_words(text: str) -> None:
    with pytest.raises(InputError, match=r"is no expression; write words with \+ or - between them"):
        parse_query(text)


@given(first=plain_words, others=st.lists(st.tuples(st.sampled_from([PLUS, MINUS]), plain_words), min_size=1))
def test_what_is_written_is_read(first: str, others: list[tuple[str, str]]) -> None:
    query = parse_query(" ".join([first, *(part for pair in others for part in pair)]))
    assert query.plus == (first, *(word for sign, word in others if sign == PLUS))
    assert query.minus == tuple(word for sign, word in others if sign == MINUS)
    assert sorted(query.words) == sorted([first, *(word for _, word in others)])


def test_a_pair_has_two_words() -> None:
    assert parse_pair(" man  king\n") == ("man", "king")
    assert parse_pair("New York\t 国王 ") == ("New York", "国王")


@pytest.mark.parametrize("text", ["", "man", "man king woman", "New York\tking\tman"])
def test_another_number_than_two_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"expected two words, found {len(text.split())} in "):
        parse_pair(text)


def test_an_analogy_has_three_words() -> None:
    assert parse_analogy(" man  king\twoman ") == ("man", "king", "woman")
    assert parse_analogy("New York\tnew\t 国王 \n") == ("New York", "new", "国王")


@pytest.mark.parametrize("text", ["", "man king", "man king woman queen"])
def test_another_number_of_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"expected three words, found {len(text.split())} in {text!r}"):
        parse_analogy(text)
