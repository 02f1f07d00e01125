"""A model of random vectors: `python -m tests.bench.random_model FILE WORDS DIMENSIONS`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from nlp.text.vocabulary import Vocabulary
from nlp.vectors.files import save_vectors

QUERY = "king"


def write(path: Path, words: int, dimensions: int) -> None:
    """Write a model of `words` words, the most frequent of which is `QUERY`."""
    vocabulary = Vocabulary(
        [QUERY, *(f"word{number}" for number in range(1, words))], list(range(words, 0, -1))
    )
    vectors = np.random.default_rng(1).standard_normal((words, dimensions), dtype=np.float32)
    with path.open("wb") as file:
        save_vectors(file, vocabulary, vectors, metadata={})


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
