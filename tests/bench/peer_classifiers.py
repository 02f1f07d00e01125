"""The peers of `classify-train`: `python -m tests.bench.peer_classifiers KEY TRAIN TEST EPOCHS SEED`.

Each trains on one thread, tells the labels of the test part, and prints as JSON the share of right ones, the
seconds of training and the texts labelled a second, imports excluded.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .labelled_texts import PREFIX

Labeller = Callable[[list[str]], list[str]]
"""From texts to the label of each."""


def _fasttext(train: str, epochs: int, seed: int) -> Labeller:
    """Bigrams and the rate of its tutorial; all else by default."""
    import fasttext

    settings = {"wordNgrams": 2, "lr": 0.5, "epoch": epochs, "seed": seed, "thread": 1, "verbose": 0}
    model = fasttext.train_supervised(train, **settings)
    return lambda texts: [labels[0].removeprefix(PREFIX) for labels in model.predict(texts)[0]]


def _scikit_learn(train: str, epochs: int, seed: int) -> Labeller:
    """Hashed words and pairs of words, and logistic regression by stochastic gradient descent."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    hashed = HashingVectorizer(ngram_range=(1, 2), n_features=1 << 20, token_pattern=r"\S+")  # noqa: S106
    linear = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=epochs, tol=None, random_state=seed)
    labels, texts = _read(train)
    fitted = make_pipeline(hashed, linear).fit(texts, labels)
    return lambda unknown: list(fitted.predict(unknown))


KEYS = {"fasttext": _fasttext, "sklearn": _scikit_learn}


def _read(path: str) -> tuple[list[str], list[str]]:
    """The labels and the texts of lines."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    parts = [line.removeprefix(PREFIX).partition(" ") for line in lines]
    return [label for label, *_ in parts], [text for *_, text in parts]


def _main(key: str, train: str, test: str, epochs: str, seed: str) -> None:
    __import__(key)
    started = time.perf_counter()
    labeller = KEYS[key](train, int(epochs), int(seed))
    trained = time.perf_counter()
    labels, texts = _read(test)
    begun = time.perf_counter()
    found = labeller(texts)
    seconds = time.perf_counter() - begun
    right = sum(one == other for one, other in zip(labels, found, strict=True))
    told = {"accuracy": right / len(texts), "seconds": trained - started, "speed": len(texts) / seconds}
    print(json.dumps(told))


if __name__ == "__main__":
    _main(*sys.argv[1:])
