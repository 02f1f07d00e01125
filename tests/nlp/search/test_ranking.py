"""Which documents are the best: the scores are those of bm25s, the order is that of all scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.search.config import IndexConfig, SearchConfig
from tests.nlp.search.small_indexes import TEXTS, asked, best, found, index_of_texts, ranking_of

if TYPE_CHECKING:
    from pathlib import Path

# By bm25s 0.3.16, BM25(method=…, k1=1.5, b=0.75), for king, dawn and mat. For bm25+ it adds δ · idf of each
# word that a document lacks; that is taken off here: the paper adds up the words that a document holds.
SCORES = {
    "lucene": [0.557141, 0.153621, 0.546045, 0.834356, 0],
    "robertson": [0.132532, 0, 0.43273, 0.232326, 0],
    "atire": [1.40531, 0.363979, 1.584846, 2.126323, 0],
    "bm25+": [2.660261, 0.840462, 2.660261, 3.531311, 0],
}


@pytest.mark.parametrize("method", SCORES)
def test_the_scores_are_those_of_bm25s(method: str, tmp_path: Path) -> None:
    ranking = ranking_of(index_of_texts(tmp_path), SearchConfig(method=method))
    assert ranking.scores(asked(ranking, "king dawn mat")) == pytest.approx(SCORES[method], abs=1e-5)


def test_a_word_that_says_nothing_is_found_all_the_same(tmp_path: Path) -> None:
    ranking = ranking_of(index_of_texts(tmp_path), SearchConfig(method="robertson"))
    assert [(hit.number, hit.score) for hit in best(ranking, "king", 2)] == [(0, 0), (1, 0)]
    assert found(ranking, "king bread -dawn") == [5, 2]


def test_the_best_are_those_that_sorting_all_gives(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    texts = [
        " ".join(f"w{number}" for number in draw.integers(60, size=size) * draw.integers(60, size=size) // 60)
        for size in draw.integers(30, size=700)
    ]
    ranking = ranking_of(index_of_texts(tmp_path, texts))
    for query in ("w1", "w59 w3", "w0 w0 w1 w2 w58", "w7 -w0", "+w9 w2", "nothing"):
        hits = best(ranking, query, 20)
        scores = ranking.scores(asked(ranking, query)).copy()
        for number, text in enumerate(texts):
            split = text.split()
            if ("-w0" in query and "w0" in split) or ("+w9" in query and "w9" not in split):
                scores[number] = 0
        order = np.argsort(-scores, kind="stable")[:20]
        assert [hit.number for hit in hits] == [number for number in order.tolist() if scores[number]]
        assert best(ranking, query, 20) == hits


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("king", [4, 1, 2]),
        ("king -dawn", [2]),
        ("+king +bread", [2]),
        ('"rode out"', [1]),
        ('"out rode"', []),
        ('-"rode out" dawn', [4]),
        ('+"the king" bread', [2, 4, 1]),
        ("-king", []),
        ("", []),
        ('"king', [4, 1, 2]),
        ("King", [4, 1, 2]),
    ],
)
def test_what_a_query_says(query: str, numbers: list[int], tmp_path: Path) -> None:
    assert found(ranking_of(index_of_texts(tmp_path)), query) == numbers


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("王", [2, 1]),
        ("安石", [1]),
        ("自然语", [1]),
        ('"自然 语言"', [1]),
        ('"然自"', []),
        ("言", [1]),
        ("爱", [1]),
    ],
)
def test_han_characters_are_found_wherever_they_stand(query: str, numbers: list[int], tmp_path: Path) -> None:
    texts = ["我爱自然语言，王安石", "国王", "石 头", "hello"]
    assert found(ranking_of(index_of_texts(tmp_path, texts)), query) == numbers


def test_stop_words_and_marks_are_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    texts = ["The king, the queen.", "king queen", "."]
    ranking = ranking_of(index_of_texts(tmp_path, texts, IndexConfig(drop_marks=True), ["the"]))
    assert found(ranking, '"king queen"') == [1, 2]
    assert found(ranking, "the .") == []
    assert found(ranking_of(index_of_texts(tmp_path, texts)), ".") == [3, 1]


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    assert found(ranking_of(index_of_texts(tmp_path, [])), "king") == []
    assert found(ranking_of(index_of_texts(tmp_path, ["", ""])), "king") == []


def test_a_term_that_is_there_very_often_is_counted(tmp_path: Path) -> None:
    texts = ["a " * 300, *TEXTS]
    index = index_of_texts(tmp_path, texts)
    assert index.postings(ranking_of(index).analyzer.query("a")[0])[1].tolist() == [300, 1]
