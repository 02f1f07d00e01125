"""Features of tokens: what each looks like, and what its neighbours add."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.hashing import text_hash
from nlp.tagging.tagger import token_templates
from nlp.tagging.token_features import COLUMNS, TokenTypes, looks, shape
from nlp.vectors.word_groups import WordGroups

sentences = st.lists(
    st.lists(st.sampled_from(["the", "The", "x1", "北", "-"]), max_size=5), min_size=1, max_size=4
)


GROUPS = WordGroups(
    np.sort(np.array([text_hash(word) for word in ("the", "北", "x")], np.uint32)),
    np.array([[0, 1, 2], [5, -1, 5]], np.int32),
)


def features(some: list[list[str]], groups: WordGroups | None = None) -> np.ndarray:
    types = TokenTypes(groups)
    numbers = [types.numbers(sentence) for sentence in some]
    places = np.flatnonzero([number for sentence in numbers for number in [0, 0, *sentence]] + [0, 0])
    return np.stack([found[places] for found in token_templates(types, numbers, 20)])


@given(sentences)
def test_those_of_a_sentence_depend_on_it_alone(some: list[list[str]]) -> None:
    for groups in (None, GROUPS):
        alone = [features([sentence], groups) for sentence in some]
        assert (features(some, groups) == np.concatenate(alone, axis=1)).all()


def test_each_template_has_buckets_of_its_own() -> None:
    found = features([["Well-known", "kings", "rode", "3", "out"]])[:, 2]
    assert len(found) == len(np.unique(found)) == 36
    found = features([["the", "x", "北", "The", "the"]], GROUPS)[:, 2]
    assert len(found) == len(np.unique(found)) == 36 + 2 * 9


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


def test_the_group_of_a_token_is_that_of_the_nearest_spelling() -> None:
    types = TokenTypes(GROUPS)
    words = ["the", "The", "x1", "X", "x", "unseen", "北", "th-e"]
    numbers = types.numbers(words)
    columns = types.columns()
    first, second = (dict(zip(words, columns[numbers, COLUMNS + n].tolist(), strict=True)) for n in (0, 1))
    assert types.divisions == 2
    assert first["the"] == first["The"] == first["th-e"]
    assert first["x"] == first["X"] == first["x1"]
    assert len({first[word] for word in ("the", "x", "北", "unseen")}) == 4
    assert first["unseen"] == second["unseen"] == 0
    assert sorted(second[word] for word in ("the", "x", "北")) == [0, 6, 6]
    assert (columns[0] == 0).all()
