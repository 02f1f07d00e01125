"""How fast this machine is at what nlptool does, in some five seconds."""

from __future__ import annotations

import tempfile
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import corpora

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENTED_ON = "an idle EPYC (Zen 4)"
"""The machine of the documented speeds, which are the middle ones of three on 2026-11-30."""
_SECONDS = 0.5  # of the product, which is repeated for so long
_COPIES = 12  # of the bundled tales, for the tokenizer


class Speed(NamedTuple):
    """One figure: `of` what, how much in `unit`, and what it was on the machine of the documentation."""

    of: str
    rate: float
    unit: str
    documented: float


def speeds(part: float = 1.0) -> Iterator[Speed]:
    """The figures, each as soon as it is there, of one process and one thread; `part` of the work is done."""
    text = "".join(map(corpora.read_text, corpora.select("english")))
    text = text[: int(part * len(text))]
    yield Speed("matrix products", _products(part * _SECONDS), "GFLOP/s", 96)
    yield Speed("tokenize", _tokenizing(text), "MB/s", 38.5)
    yield Speed("w2v-train", _training_vectors(text), "words/s", 333_000)
    yield Speed("rnn-train", _training_network(text), "characters/s", 47_500)


def _products(seconds: float) -> float:
    """Products of the size that skip-gram multiplies, a group of centers by their negatives."""
    import numpy as np

    H, N, z = (np.ones(shape, np.float32) for shape in ((1024, 100), (100, 64), (1024, 64)))
    done, started = 0, perf_counter()
    while perf_counter() - started < seconds:
        for _ in range(100):
            np.matmul(H, N, out=z)
        done += 100
    return 2e-9 * done * 1024 * 100 * 64 / (perf_counter() - started)


def _tokenizing(text: str) -> float:
    from nlp.text.tokenize import tokenizer

    words = tokenizer("words")
    seconds = _timed(lambda: [words.lines(text) for _ in range(_COPIES)])
    return 1e-6 * _COPIES * len(text.encode()) / seconds


def _training_vectors(text: str) -> float:
    from nlp.data.corpus import encode
    from nlp.text.tokenize import tokenizer
    from nlp.training.loop import train
    from nlp.word2vec.config import Word2VecConfig
    from nlp.word2vec.learner import WordVectorLearner

    with tempfile.TemporaryDirectory() as folder:
        corpus = encode([tokenizer("words").lines(text.lower())], folder)
        learner = WordVectorLearner(corpus, Word2VecConfig(epochs=20))
        seconds = _timed(lambda: train(learner))
    return learner.epochs * corpus.words_seen / seconds


def _training_network(text: str) -> float:
    from nlp.data.corpus import encode
    from nlp.networks.config import LanguageModelConfig
    from nlp.networks.learner import NetworkLearner
    from nlp.networks.network import Network
    from nlp.training.language_settings import LanguageSettings
    from nlp.training.loop import train

    with tempfile.TemporaryDirectory() as folder:
        corpus = encode([text], folder, "char")
        network = Network(LanguageModelConfig(level="char", cell="lstm"), len(corpus.vocabulary))
        learner = NetworkLearner(network, corpus, LanguageSettings(epochs=1))
        seconds = _timed(lambda: train(learner))
    return corpus.length / seconds


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
