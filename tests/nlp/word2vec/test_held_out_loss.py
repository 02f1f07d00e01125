from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.data.corpus import Corpus, encode
from nlp.word2vec.config import ARCHITECTURES, LOSSES, Word2VecConfig
from nlp.word2vec.held_out_loss import held_out_loss
from nlp.word2vec.huffman import HuffmanTree
from nlp.word2vec.learner import train_word_vectors
from nlp.word2vec.objective import output_rows
from tests.files import TMP
from tests.nlp.word2vec import plain_losses

if TYPE_CHECKING:
    from collections.abc import Sequence

SIX = [(arch, loss) for arch in ARCHITECTURES for loss in LOSSES]
every_objective = pytest.mark.parametrize(("arch", "loss"), SIX)


def worlds(count: int = 4, lines: int = 300, seed: int = 0) -> Corpus:
    """Each line has words of one world of four words: a context tells which, and nothing more."""
    rng = np.random.default_rng(seed)
    text = [" ".join(f"w{4 * (i % count) + n}" for n in rng.integers(0, 4, 10)) + "\n" for i in range(lines)]
    return encode(text, TMP)


def config(arch: str, loss: str) -> Word2VecConfig:
    return Word2VecConfig(arch=arch, loss=loss, dim=12, window=2, min_count=1, subsample=0, epochs=15)


@every_objective
def test_an_untrained_model_of_equally_frequent_words_has_log_v(arch: str, loss: str) -> None:
    text = encode([" ".join(f"w{n % 16}" for n in range(320))], TMP)
    settings = config(arch, loss)
    matrices = np.ones((16, 12), np.float32), np.zeros((output_rows(settings, 16), 12), np.float32)
    assert held_out_loss(matrices, text.vocabulary.counts, settings, text) == pytest.approx(math.log(16))


@every_objective
def test_trained_models_come_near_to_what_can_be_known(arch: str, loss: str) -> None:
    """The world is known, the word within it is not: log 4 nats, whatever the model was trained with."""
    corpus, settings = worlds(), config(arch, loss)
    model = train_word_vectors(corpus, settings)
    matrices = model.input_vectors, model.output_vectors
    value = held_out_loss(matrices, corpus.vocabulary.counts, settings, corpus)
    assert math.log(4) - 0.05 < value < math.log(4) + 0.25 < math.log(16)


def by_loops(
    matrices: Sequence[np.ndarray], counts: Sequence[int], settings: Word2VecConfig, text: Corpus
) -> float:
    inputs, outputs = (matrix.astype(float) for matrix in matrices)
    pad = [0] * settings.window
    ids = text.read(0, text.length).tolist()
    tokens = [*pad, *(word for word in ids if word >= 0), *pad]
    sentence_of = np.cumsum(np.array(ids) < 0)[np.array(ids) >= 0].tolist()
    sentences = [
        *(-1 - n for n in range(settings.window)),
        *sentence_of,
        *(1000 + n for n in range(settings.window)),
    ]
    noise = np.array(counts) ** 0.75
    loss = total = 0.0
    for weight, x, word, _ in plain_losses.predictions(inputs, tokens, sentences, settings.window, None):
        if settings.loss == "hs":
            nats = plain_losses.hierarchical(x, word, outputs, HuffmanTree.of(counts))
        else:
            scores = outputs @ x + (np.log(noise / noise.sum()) if settings.loss == "ns" else 0)
            nats = math.log(np.exp(scores).sum()) - scores[word]
        loss, total = loss + weight * nats, total + weight
    return loss / total


@pytest.mark.parametrize("loss", LOSSES)
def test_equals_loops(loss: str) -> None:
    text, settings = worlds(lines=12), config("skipgram", loss)
    rng, counts = np.random.default_rng(1), text.vocabulary.counts
    rows = output_rows(settings, len(counts))
    matrices = [rng.standard_normal((n, 12)).astype(np.float32) for n in (len(counts), rows)]
    expected = by_loops(matrices, counts, settings, text)
    assert held_out_loss(matrices, counts, settings, text) == pytest.approx(expected, rel=1e-5)


def test_a_sample_of_a_long_text_is_near_to_the_whole() -> None:
    corpus, settings = worlds(), config("skipgram", "ns")
    model = train_word_vectors(corpus, dataclasses.replace(settings, epochs=2))
    arguments = ((model.input_vectors, model.output_vectors), corpus.vocabulary.counts, settings, corpus)
    whole = held_out_loss(*arguments)
    assert whole == held_out_loss(*arguments)
    assert held_out_loss(*arguments, most_centers=1000) == pytest.approx(whole, rel=0.1)


def test_a_text_without_pairs_is_refused() -> None:
    text = encode(["a\nb\n"], TMP)
    matrices = np.zeros((2, 12), np.float32), np.zeros((2, 12), np.float32)
    with pytest.raises(ValueError, match="no line with two words"):
        held_out_loss(matrices, [1, 1], config("skipgram", "ns"), text)
