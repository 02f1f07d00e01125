"""Keywords by rarity and by graph, against independent arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nlp.documents.keywords import AmongTexts, InLanguage, best, counts_of, tf_idf, weights
from nlp.documents.page_rank import DAMPING, evenly, page_rank
from nlp.documents.text_rank import WINDOW, text_rank
from nlp.documents.words import is_telling, words_of_texts
from nlp.text.tokenize import tokenizer
from nlp.text.vocabulary import Vocabulary


def test_words_are_those_of_tokenize_in_lower_case() -> None:
    texts = ["Don't PANIC:\n3.14", "", "soft\u00adhyphen 北京"]
    assert words_of_texts(texts, tokenizer("words")) == [
        ["don't", "panic", ":", "3.14"],
        [],
        ["softhyphen", "北", "京"],
    ]
    assert words_of_texts([], tokenizer("words")) == []


@pytest.mark.parametrize(
    ("word", "telling"),
    [("king", True), ("北京", True), ("京", False), ("the", False), ("3.14", False), ("x2", True)],
)
def test_what_may_be_a_keyword(word: str, telling: bool) -> None:
    assert is_telling(word) is telling


def test_the_weight_of_a_word_among_texts() -> None:
    texts = [["the", "old", "king", "king"], ["the", "old", "queen"], ["old"]]
    rarity = AmongTexts()
    for words in texts:
        rarity.add(counts_of(words))
    found = tf_idf(texts[0], rarity, 9)
    assert dict(found) == {"king": pytest.approx(2 / 4 * math.log(3))}
    assert weights(counts_of(texts[1]), 3, rarity)["old"] == 0  # all texts have it


def test_the_weight_of_a_word_in_a_language() -> None:
    rarity = InLanguage(Vocabulary(["The", "king", "King"], [90, 6, 3]))
    found = dict(tf_idf(["king", "dragon", "the", "."], rarity, 9))
    assert found == {
        "king": pytest.approx(math.log(100 / 10) / 4),
        "dragon": pytest.approx(math.log(100) / 4),
    }


def test_the_best_come_first_and_equal_ones_by_their_letters() -> None:
    found = best({"b": 1.0, "a": 1.0, "c": 2.0, "none": 0.0}, 3)
    assert [one.word for one in found] == ["c", "a", "b"]
    assert len(best({"b": 1.0, "a": 1.0}, 1)) == 1


def test_ranks_solve_their_equation() -> None:
    generator = np.random.default_rng(1)
    edges = generator.random((30, 30)) * (generator.random((30, 30)) < 0.2)
    edges += edges.T
    edges[7] = edges[:, 7] = 0  # a node without an edge
    degrees = edges.sum(axis=0)
    walk = np.divide(edges, degrees, out=np.full((30, 30), 1 / 30), where=degrees > 0)
    right = np.linalg.solve(np.eye(30) - DAMPING * walk, np.full(30, (1 - DAMPING) / 30))
    found = page_rank(lambda vector: edges @ vector, evenly(30))
    np.testing.assert_allclose(found, right, atol=1e-9)
    assert found.sum() == pytest.approx(1)


def test_words_are_as_central_as_their_neighbours() -> None:
    words = tokenizer("words").tokens("the king and the queen met a king of old who met nobody but one fox")
    nodes = sorted({word for word in words if is_telling(word)})
    edges = np.zeros((len(nodes), len(nodes)))
    for one, first in enumerate(words):
        for second in words[one + 1 : one + WINDOW]:
            if first != second and first in nodes and second in nodes:
                edges[nodes.index(first), nodes.index(second)] += 1
                edges[nodes.index(second), nodes.index(first)] += 1
    right = page_rank(lambda vector: edges @ vector, evenly(len(nodes)))
    found = text_rank(words, 99)
    assert dict(found) == {word: pytest.approx(rank) for word, rank in zip(nodes, right, strict=True)}
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert found[0].word in {"king", "met"}
    assert text_rank(["the", "."], 3) == text_rank([], 3) == []
    assert dict(text_rank(["king"], 3)) == {"king": pytest.approx(1)}
