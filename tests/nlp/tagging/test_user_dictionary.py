"""Entries of a dictionary in a text, held against looking at every place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.user_dictionary import UserDictionary, read_dictionary

texts = st.text("甲乙 ，", max_size=14)


def by_looking(text: str, entries: set[str]) -> list[tuple[int, int]]:
    """From the left, the longest."""
    spans, start = [], 0
    while start < len(text):
        ends = [start + len(entry) for entry in entries if text.startswith(entry, start)]
        if ends:
            spans.append((start, max(ends)))
        start = max(ends, default=start + 1)
    return spans


@given(texts, st.sets(texts.filter(bool), max_size=6))
def test_they_are_found_from_the_left_the_longest(text: str, entries: set[str]) -> None:
    dictionary = UserDictionary((entry, True) for entry in entries)
    assert dictionary.spans(text) == by_looking(text, entries)
    assert len(dictionary) == len(entries)
    assert dictionary.longest == max(map(len, entries), default=0)


def test_none_begins_or_ends_within_a_word_of_letters() -> None:
    dictionary = UserDictionary([("York", True), ("new", True), ("京", True)])
    assert dictionary.spans("york York, Yorker renew new北京York") == [(5, 9), (24, 27), (28, 29), (29, 33)]


def test_of_two_that_are_the_same_the_later_one_counts() -> None:
    for wanted in ([True, False], [False, True]):
        dictionary = UserDictionary([("甲乙", one) for one in wanted])
        assert bool(dictionary.spans("甲乙")) == wanted[-1]
        assert len(dictionary) == wanted[-1]
    assert UserDictionary([]).spans("甲") == []


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("北京\r\n", ("北京", True)),
        ("北京 5", ("北京", True)),
        ("北京 5 ns", ("北京", True)),
        ("New York", ("New York", True)),
        ("New York 5", ("New York", True)),
        ("iPhone 5\t3", ("iPhone 5", True)),
        ("iPhone 5\t0\tn", ("iPhone 5", False)),
        ("北京 0", ("北京", False)),
        ("2008", ("2008", True)),
        ("C++", ("C++", True)),
    ],
)
def test_a_line_is_an_entry_and_may_have_a_count(line: str, entry: tuple[str, bool]) -> None:
    assert list(read_dictionary([line, "\n", " \n"])) == [entry]


def test_entries_are_made_to_look_like_the_text() -> None:
    assert list(read_dictionary(["New York"], str.lower)) == [("new york", True)]


def test_many_entries_take_little_memory() -> None:
    words = [
        f"{number:x}"[::-1].translate(str.maketrans("0123456789abcdef", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"))
        for number in range(16**3, 16**4)
    ]
    dictionary = UserDictionary((word, True) for word in words)
    assert len(dictionary) == len(words)
    assert dictionary.spans(words[7] + words[-1]) == [(0, 4), (4, 8)]
    assert sum(keys.nbytes for keys in vars(dictionary)["_keys"].values()) == 8 * len(words)
