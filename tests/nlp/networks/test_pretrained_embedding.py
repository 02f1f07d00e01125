from __future__ import annotations

import numpy as np

from nlp.networks.pretrained_embedding import start_from_
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.word_vectors import WordVectors
from tests.nlp.text.vocabularies import language_vocabulary

VOCABULARY = language_vocabulary("word", ["king", "kings", "x"])
MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
WORDS = Vocabulary(["queen", "king"], [2, 1])


def test_tokens_that_have_a_vector_start_from_it() -> None:
    embedding = np.full((5, 2), 9.0, np.float32)
    assert start_from_(embedding, VOCABULARY, WordVectors(WORDS, MATRIX)) == 1
    assert embedding[VOCABULARY.index["king"]].tolist() == [3.0, 4.0]
    embedding[VOCABULARY.index["king"]] = 9
    assert (embedding == 9).all()


def test_unseen_tokens_start_from_a_vector_of_their_parts_where_there_is_one() -> None:
    def compose(word: str) -> np.ndarray | None:
        return np.array([5.0, 6.0], np.float32) if word.startswith("king") else None

    embedding = np.zeros((5, 2), np.float32)
    assert start_from_(embedding, VOCABULARY, WordVectors(WORDS, MATRIX, compose=compose)) == 2
    assert embedding.tolist() == [[0, 0], [0, 0], [3, 4], [5, 6], [0, 0]]
