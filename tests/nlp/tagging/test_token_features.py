"""Features of tokens: what each looks like, and what its neighbours add."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.tagger import token_templates
from nlp.tagging.token_features import COLUMNS, TokenTypes, looks, shape

sentences = st.lists(
    st.lists(st.sampled_from(["the", "The", "x1", "北", "-"]), max_size=5), min_size=1, max_size=4
)


def features(some: list[list[str]]) -> np.ndarray:
    types = TokenTypes()
    numbers = [types.numbers(sentence) for sentence in some]
    places = np.flatnonzero([number for sentence in numbers for number in [0, 0, *sentence]] + [0, 0])
    return np.stack([found[places] for found in token_templates(types, numbers, 20)])


@given(sentences)
def test_those_of_a_sentence_depend_on_it_alone(some: list[list[str]]) -> None:
    alone = [features([sentence]) for sentence in some]
    assert (features(some) == np.concatenate(alone, axis=1)).all()


def test_each_template_has_buckets_of_its_own() -> None:
    found = features([["Well-known", "kings", "rode", "3", "out"]])[:, 2]
    assert len(found) == len(np.unique(found)) == 36


@pytest.mark.parametrize(
    ("token", "runs", "each"),
    [("McDonald's", "XxXx'x", "XxXxxxxx'x"), ("2024-05", "d-d", "dddd-dd"), ("", "", "")],
)
def test_shapes_tell_letters_and_digits_apart(token: str, runs: str, each: str) -> None:
    assert shape(token, runs=True) == runs
    assert shape(token, runs=False) == each


def test_what_is_seen_of_a_token_has_a_column_each() -> None:
    seen = looks("Running2")
    assert len(seen) == COLUMNS
    assert seen[:2] == ["Running2", "running0"]
    assert seen[6:] == ["0", "g0", "ng0", "ing0", "ning0", "r", "ru", "run", "runn"]


def test_types_are_numbered_once() -> None:
    types = TokenTypes()
    assert types.numbers(["a", "b", "a"]) == [1, 2, 1]
    first = types.columns().copy()
    assert types.numbers(["c", "b"]) == [3, 2]
    assert (types.columns()[:3] == first).all()
    assert len(types) == len(types.columns()) == 4
