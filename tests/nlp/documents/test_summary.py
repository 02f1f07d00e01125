"""Central sentences, against cosines and ranks that are worked out one by one."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

import nlp
from nlp.documents.page_rank import DAMPING
from nlp.documents.sentence_graph import ByVectors, ByWords
from nlp.documents.summary import REPEATED, summary
from nlp.vectors.line_vectors import LineVectors
from nlp.vectors.word_vectors import WordVectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.documents.sentence_graph import SentenceGraph

BAGS = ["king rode dawn", "queen rode noon dawn", "", "fox", "king queen king", "dawn noon fox"]
SENTENCES = [bag.split() for bag in BAGS]
TEXT = (
    "King rode dawn.\nQueen rode noon dawn! Fox. King queen king. Queen rode, noon dawn. "
    "国王在黎明出发。 Dawn noon fox."
)


def cosines_of(graph: SentenceGraph) -> np.ndarray:
    return np.stack([graph.times(row) for row in np.eye(len(graph))])


def by_words(sentences: Sequence[str]) -> ByWords:
    return ByWords([sentence.lower().strip(".!").replace(",", "").split() for sentence in sentences])


def test_cosines_of_words_are_those_of_the_formula() -> None:
    having = Counter(word for bag in SENTENCES for word in set(bag))
    bags = [
        {word: count * (1 + math.log(6 / having[word])) for word, count in Counter(bag).items()}
        for bag in SENTENCES
    ]
    found = cosines_of(ByWords(SENTENCES))
    for row, one in enumerate(bags):
        for column, other in enumerate(bags):
            dot = sum(weight * other.get(word, 0) for word, weight in one.items())
            lengths = math.hypot(*one.values()) * math.hypot(*other.values())
            assert found[row, column] == pytest.approx(dot / lengths if lengths else 0)
    assert cosines_of(ByWords([[], []])).tolist() == [[0, 0], [0, 0]]


def test_cosines_of_vectors_are_never_negative() -> None:
    vectors = nlp.load("en-vectors")
    assert isinstance(vectors, WordVectors)
    lines = LineVectors(vectors)
    found = cosines_of(ByVectors(SENTENCES, lines))
    rows = lines.of(SENTENCES)
    lengths = np.linalg.norm(rows, axis=1)
    lengths[2] = 1
    right = np.maximum(rows @ rows.T / np.outer(lengths, lengths), 0)
    np.testing.assert_allclose(found, right, atol=1e-5)


def test_the_most_central_come_in_the_order_of_the_text() -> None:
    found = summary(TEXT, by_words, lambda count: count)
    assert [TEXT[one.start : one.end] for one in found] == [one.text for one in found]
    assert len(found) == 7
    assert sum(one.score for one in found) == pytest.approx(1)
    cosines = cosines_of(by_words([one.text for one in found]))
    walk = cosines / cosines.sum(axis=0)
    right = np.linalg.solve(np.eye(7) - DAMPING * walk, np.full(7, (1 - DAMPING) / 7))
    np.testing.assert_allclose([one.score for one in found], right, atol=1e-8)


def test_a_sentence_that_repeats_another_is_chosen_last() -> None:
    assert cosines_of(by_words(["Queen rode noon dawn!", "Queen rode, noon dawn."]))[0, 1] > REPEATED
    two = [one.text for one in summary(TEXT, by_words, lambda _: 2)]
    assert "Queen rode noon dawn!" in two
    assert "Queen rode, noon dawn." not in two
    six = [one.text for one in summary(TEXT, by_words, lambda _: 6)]
    assert "Queen rode, noon dawn." not in six
    assert summary(" \n", by_words, lambda _: 3) == []
