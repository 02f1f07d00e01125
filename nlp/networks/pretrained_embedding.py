"""Word vectors as the embedding that a language model starts from."""

from __future__ import annotations

from nlp.layers.arrays import Floats
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.word_vectors import WordVectors


def start_from_(embedding: Floats, vocabulary: Vocabulary, vectors: WordVectors) -> int:
    """Write the vector of each token over its row, where `vectors` have it; return how many they have.

    Shapes: embedding (V, D), row n for token n; vectors of D dimensions
    """
    found = 0
    for number, token in enumerate(vocabulary.words):
        row = vectors.vocabulary.index.get(token)
        vector = vectors.matrix[row] if row is not None else vectors.compose and vectors.compose(token)
        if vector is not None:
            embedding[number] = vector
            found += 1
    return found
