"""A trie from n-grams in any order: its probabilities are those of the definition, also where some lack."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.ngrams.model import ABSENT, NgramModel
from nlp.ngrams.trie import Ngrams, RepeatedError, trie_of
from tests.nlp.text.vocabularies import language_vocabulary

AB = language_vocabulary("word", "ab")
V = len(AB)
Table = dict[tuple[int, ...], tuple[float, float]]


def ngrams_of(table: Table, order: int) -> Ngrams:
    rows = [(words, *numbers) for words, numbers in table.items() if len(words) == order]
    words = np.array([row[0] for row in rows], np.int32).reshape(-1, order)
    return Ngrams(words, *(np.array([row[k] for row in rows], np.float32) for k in (1, 2)))


def by_definition(table: Table, words: tuple[int, ...]) -> float:
    """log P of the last word behind the others."""
    if words in table:
        return table[words][0]
    return table.get(words[:-1], (0.0, 0.0))[1] + by_definition(table, words[1:])


@settings(max_examples=150)
@given(st.data())
def test_probabilities_are_those_of_the_definition(data: st.DataObject) -> None:
    order = data.draw(st.integers(2, 4))
    number = st.integers(-20, 0).map(lambda one: one / 4)
    table: Table = {(word,): (data.draw(number), data.draw(number) + 1) for word in range(V)}
    every = [words for k in range(2, order + 1) for words in itertools.product(range(V), repeat=k)]
    for words in data.draw(st.lists(st.sampled_from(every), unique=True, max_size=12)):
        table[words] = data.draw(number), data.draw(number) + 1
    model = NgramModel(AB, trie_of([ngrams_of(table, k) for k in range(1, order + 1)]))
    text = np.array(data.draw(st.lists(st.integers(0, V - 1), min_size=2, max_size=12)), np.int32)
    contexts = model.read(np.full(order - 1, ABSENT), text[:-1])
    found = model.log_probabilities(contexts, text[1:])
    expected = [
        by_definition(table, tuple(text[max(end - order + 1, 0) : end + 1].tolist()))
        for end in range(1, len(text))
    ]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_repetition_is_told_with_its_place() -> None:
    unigrams = Ngrams(np.arange(V, dtype=np.int32)[:, None], np.zeros(V, np.float32), np.zeros(V, np.float32))
    words = np.array([[2, 3], [3, 2], [2, 3]], np.int32)
    with pytest.raises(RepeatedError) as caught:
        trie_of([unigrams, Ngrams(words, np.zeros(3, np.float32), np.zeros(3, np.float32))])
    assert (caught.value.order, caught.value.place) == (2, 2)
