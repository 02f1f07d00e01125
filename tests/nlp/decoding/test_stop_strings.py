from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.decoding.stop_strings import StopStrings

words = st.text("ab", max_size=30)


def cut(text: str, places: list[int]) -> list[str]:
    borders = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(borders)]


def shown(stop: StopStrings, pieces: list[str]) -> tuple[list[str], bool]:
    found = []
    for piece in pieces:
        ready, stopped = stop.feed(piece)
        found.append(ready)
        if stopped:
            return found, True
    return [*found, stop.rest()], False


def one_by_one(text: str, strings: list[str]) -> tuple[str, bool]:
    """The definition read aloud: the first place at which a string ends, and the longest that ends there."""
    for end in range(1, len(text) + 1):
        ending = [string for string in strings if text[:end].endswith(string)]
        if ending:
            return text[: end - max(map(len, ending))], True
    return text, False


@given(words, st.lists(st.text("ab", min_size=1, max_size=5), max_size=3), st.lists(st.integers(0)))
def test_cuts_change_nothing(text: str, strings: list[str], places: list[int]) -> None:
    pieces, stopped = shown(StopStrings(strings), cut(text, places))
    assert ("".join(pieces), stopped) == one_by_one(text, strings)


@given(words, st.lists(st.text("ab", min_size=1, max_size=5), max_size=3))
def test_nothing_is_held_back_that_cannot_become_a_stop(text: str, strings: list[str]) -> None:
    stop, read, out = StopStrings(strings), "", ""
    for character in text:
        read += character
        ready, stopped = stop.feed(character)
        out += ready
        if stopped:
            return
        held = read[len(out) :]
        assert not held or any(string.startswith(held) for string in strings)


def test_a_stop_string_at_every_split() -> None:
    text = "one END two"
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            pieces, stopped = shown(StopStrings(["END"]), [text[:first], text[first:second], text[second:]])
            assert ("".join(pieces), stopped) == ("one ", True)


def test_the_one_that_is_complete_first_ends_the_text() -> None:
    for pieces in (["abcd"], ["ab", "cd"], ["a", "b", "c", "d"]):
        found, stopped = shown(StopStrings(["abcd", "bc"]), pieces)
        assert ("".join(found), stopped) == ("a", True)


def test_what_only_began_like_one_comes_out_at_the_end() -> None:
    assert shown(StopStrings(["END"]), ["an", " E", "N"]) == (["an", " ", "", "EN"], False)


def test_an_empty_stop_string_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        StopStrings(["a", ""])
