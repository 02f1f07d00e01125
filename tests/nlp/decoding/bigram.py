"""The smallest language model: each token depends on the one before, by a table that a test writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.text.vocabulary import CHARACTERS, Vocabulary
from tests.nlp.text.vocabularies import language_vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids

    Table = npt.NDArray[np.float64]


class Bigrams:
    """A `Predictor` whose state is the last token; the memory of an answer is the next call's."""

    def __init__(self, vocabulary: Vocabulary, table: Table) -> None:
        self.vocabulary = vocabulary
        with np.errstate(divide="ignore"):
            self.log_table: Floats = np.log(table)
        self.answer: Floats = np.empty((0, len(vocabulary)))
        self.calls: list[int] = []

    def start(self, rows: int) -> npt.NDArray[np.int32]:
        return np.full(rows, -1, np.int32)

    def advance(self, state: npt.NDArray[np.int32], ids: Ids) -> Floats:
        self.answer[:] = np.nan  # what was handed out before is no longer valid
        self.answer = self.log_table[ids]
        state[:] = ids
        self.calls.append(len(ids))
        return self.answer

    def select(self, state: npt.NDArray[np.int32], rows: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
        chosen: npt.NDArray[np.int32] = state[rows]
        return chosen

    def score(self, state: npt.NDArray[np.int32], ids: Ids, targets: Ids) -> Floats:
        assert len(state) == 1
        if len(ids):
            state[:] = ids[-1]
        self.calls.append(len(ids))
        found: Floats = self.log_table[ids, targets]
        return found


def vocabulary(tokens: str = "ab", level: str = CHARACTERS) -> Vocabulary:
    return language_vocabulary(level, tokens if level == CHARACTERS else tokens.split())


def random_bigrams(seed: int, tokens: str = "ab", level: str = CHARACTERS) -> Bigrams:
    """Every transition possible, no two equally probable."""
    known = vocabulary(tokens, level)
    weights = np.random.default_rng(seed).gamma(0.7, size=(len(known), len(known))) + 1e-3
    return Bigrams(known, weights / weights.sum(axis=1, keepdims=True))


def cycle(tokens: str) -> Bigrams:
    """Goes round `tokens` for ever, each followed by the next, from the line end to the first."""
    known = vocabulary(tokens)
    table = np.zeros((len(known), len(known)))
    numbers = known.numbers(tokens)
    for number, following in zip(numbers, [*numbers[1:], numbers[0]], strict=True):
        table[number, following] = 1
    table[[known.line_end, known.unknown], numbers[0]] = 1
    return Bigrams(known, table)
