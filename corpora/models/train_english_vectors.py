"""Train the shipped English vectors: `make vectors TEXT=FILE ANALOGIES=FILE SIMILARITY=FILE`.

TEXT is plain lower-case text, whose first OPEN_BYTES, the openly licensed part (see DATA), are trained on.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is imported; several would change the bytes

import argparse
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corpora
from cli.io.reading import Input
from cli.io.writing import open_binary_output
from nlp.data.corpus import encode
from nlp.vectors.evaluation import evaluate_analogies, evaluate_similarities
from nlp.vectors.files import save_small_vectors
from nlp.vectors.judgements import read_analogies, read_similarities
from nlp.vectors.word_vectors import WordVectors
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.learner import Word2Vec, train_word_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN_BYTES = 48_451_131
DATA = {
    "description": "12.5 MB of text8 (English Wikipedia, 2006) and 35.9 MB of English Wikinews, a-z only",
    "licence": "vectors CC BY-SA 4.0, as the Wikipedia text is; Wikinews is CC BY 2.5",
}
MAX_WORDS = 30_000
EPOCHS = 20


def main() -> None:
    """Train, evaluate, and write the vectors with eight bits a number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--analogies", required=True)
    parser.add_argument("--similarity", required=True)
    parser.add_argument("--output", default=str(corpora.model_path()))
    arguments = parser.parse_args()

    config = Word2VecConfig(epochs=EPOCHS, max_vocab=MAX_WORDS)
    with tempfile.TemporaryDirectory() as folder:
        corpus = encode(
            _open_text(arguments.text), folder, min_count=config.min_count, max_vocab=config.max_vocab
        )
        model = train_word_vectors(corpus, config, workers=os.cpu_count() or 1)
    scores = _scores(model, Path(arguments.analogies), Path(arguments.similarity))
    metadata = {"data": DATA, "config": asdict(config), "words_seen": corpus.words_seen, "scores": scores}
    with open_binary_output(arguments.output) as writer:
        save_small_vectors(writer, model.vocabulary, model.input_vectors, metadata=metadata)
    sys.stdout.write(f"{arguments.output}: {scores}\n")


def _open_text(path: str) -> Iterator[str]:
    """The first OPEN_BYTES of a text whose characters are all one byte."""
    left = OPEN_BYTES
    for block in Input((path,)).blocks(cut_long_lines=True):
        yield block.text[:left]
        left -= len(block.text)
        if left <= 0:
            return


def _scores(model: Word2Vec, analogies: Path, similarity: Path) -> dict[str, Any]:
    vectors = WordVectors(model.vocabulary, model.input_vectors)
    questions = evaluate_analogies(vectors, read_analogies(analogies.read_text().splitlines()))
    pairs = evaluate_similarities(vectors, read_similarities(similarity.read_text().splitlines()))
    return {
        "google_analogies": {key: questions[key] for key in ("accuracy", "asked", "out_of_vocabulary")},
        "wordsim353": pairs,
    }


if __name__ == "__main__":
    main()
