"""Near misses, against a definition of edit distance that anyone can read."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.vectors.spelling import NearMisses, edit_distance

words = st.text("abAßé我\u0130", max_size=7)


@cache
def distance(first: str, second: str) -> int:
    """The definition: the last letters are kept, changed, deleted, inserted or swapped."""
    if not first or not second:
        return len(first) + len(second)
    best = min(
        distance(first[:-1], second) + 1,
        distance(first, second[:-1]) + 1,
        distance(first[:-1], second[:-1]) + (first[-1] != second[-1]),
    )
    if first[-2:] == second[-2:][::-1] and len(first) > 1:
        best = min(best, distance(first[:-2], second[:-2]) + 1)
    return best


@settings(max_examples=300)
@given(first=words, second=words, limit=st.integers(0, 8))
def test_the_distance_is_that_of_the_definition(first: str, second: str, limit: int) -> None:
    assert edit_distance(first, second, limit) == min(distance(first, second), limit + 1)


@settings(max_examples=300)
@given(vocabulary=st.lists(words, unique=True, max_size=12), word=words, most=st.integers(1, 5))
def test_suggestions_are_those_of_brute_force(vocabulary: list[str], word: str, most: int) -> None:
    limit = 1 if len(word) <= 4 else 2
    scored = [
        (distance(word.casefold(), other.casefold()), other.casefold()[:1] != word.casefold()[:1], number)
        for number, other in enumerate(vocabulary)
    ]
    expected = [vocabulary[number] for apart, _, number in sorted(scored) if apart <= limit]
    assert NearMisses(vocabulary).suggest(word, most) == expected[:most]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("quene", ["queen", "queens"]),
        ("QUEEN", ["queen", "queens"]),
        ("teh", ["the"]),
        ("kng", ["king"]),
        ("kin", ["king", "in"]),
        ("STRASSE", ["straße"]),
        ("zzzzzz", []),
        ("", ["a"]),
    ],
)
def test_what_a_user_sees(word: str, expected: list[str]) -> None:
    assert NearMisses(["the", "a", "in", "king", "queen", "straße", "queens"]).suggest(word) == expected


def test_few_of_many_words_are_compared_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    vocabulary = [
        "".join(letters) for letters in generator.choice(list("abcdefghijklmnopqrstuvwxyz"), (5000, 8))
    ]
    compared = []

    def counting(first: str, second: str, limit: int) -> int:
        compared.append(second)
        return edit_distance(first, second, limit)

    monkeypatch.setattr("nlp.vectors.spelling.edit_distance", counting)
    assert NearMisses(vocabulary).suggest(vocabulary[7][1:] + "a")[:1] == vocabulary[7:8]
    assert len(compared) < 100
