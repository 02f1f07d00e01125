"""A language model small enough to be summed over: each token depends on the two before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.layers.arrays import Floats, Ids
    from nlp.text.vocabulary import Vocabulary


class ToyPredictor:
    """P(next | last two tokens), drawn at random; see `nlp.decoding.predictor.Predictor`."""

    def __init__(self, vocabulary: Vocabulary, seed: int = 0) -> None:
        self._vocabulary, size = vocabulary, len(vocabulary)
        rows = np.random.default_rng(seed).dirichlet(np.full(size, 0.5), (size, size))
        rows = np.maximum(rows, 1e-6)
        self.log_p: Floats = np.log(rows / rows.sum(axis=2, keepdims=True))

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    def start(self, rows: int) -> Any:
        return np.zeros((2, rows), np.int64)

    def advance(self, state: Any, ids: Ids) -> Floats:
        state[0], state[1] = state[1].copy(), ids
        following: Floats = self.log_p[state[0], state[1]]
        return following

    def select(self, state: Any, rows: Any) -> Any:
        return state[:, rows]

    def score(self, state: Any, ids: Ids, targets: Ids) -> Floats:
        rows = [self.advance(state, ids[n : n + 1])[0, target] for n, target in enumerate(targets)]
        return np.array(rows)

    def log_probability(self, text: Sequence[int], behind: int) -> float:
        """log P of the tokens of `text` from place `behind` on, given those before."""
        history = [0, *text]
        terms = [self.log_p[history[n - 1], history[n], history[n + 1]] for n in range(1, len(text))]
        return float(sum(terms[behind - 1 :]))


def characters(letters: str) -> Vocabulary:
    return language_vocabulary("char", letters)
