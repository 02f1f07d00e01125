"""An n-gram model for scoring and generating, token by token: one binary search per order and token."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids, Integers
from nlp.ngrams.model import ABSENT, NgramModel
from nlp.text.vocabulary import Vocabulary

State = list[list[int]]


class NgramPredictor:
    """A `Predictor` of an n-gram model.

    The state of a text is the list of its contexts: the numbers of its last token, its last two, and so on
    up to the longest that the model knows. Every suffix of a known n-gram is known too, so the list ends at
    the first context that is not.
    """

    is_cut_freely = True
    """`score` gives the same bits however a text is cut: no sum in it is over more than one token."""

    def __init__(self, model: NgramModel) -> None:
        self._model = model
        # Single elements come out of a memory view as Python numbers, thrice as fast as out of an array.
        self._words = [level.words.data for level in model.levels]
        self._first_child = [level.first_child.data for level in model.levels]
        self._log_backoffs = [level.log_backoffs.data for level in model.levels]
        self._log_p: Floats = np.empty((0, len(model.vocabulary)), np.float32)

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens, V of them."""
        return self._model.vocabulary

    @property
    def order(self) -> int:
        """Tokens of the longest n-gram."""
        return self._model.order

    def start(self, rows: int) -> State:
        """The state of `rows` texts of which nothing has been read."""
        return [[] for _ in range(rows)]

    def advance(self, state: State, ids: Ids) -> Floats:
        """Read one token of each text, moving `state`; return log P(next) in nats.

        Shapes: ids (rows,) -> (rows, V) float32, valid until the next call
        """
        if len(self._log_p) < len(state):
            self._log_p = np.empty((len(state), len(self.vocabulary)), np.float32)
        for row, (contexts, token) in enumerate(zip(state, ids.tolist(), strict=True)):
            contexts[:] = self._read(contexts, token)
            self._predict(contexts, self._log_p[row])
        return self._log_p[: len(state)]

    def select(self, state: State, rows: npt.NDArray[Any]) -> State:
        """A state whose texts are those in the given places, some perhaps more than once."""
        return [list(state[row]) for row in rows.tolist()]

    def score(self, state: State, ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text (a state of one row), moving `state`; return log P(target) of each.

        Shapes: ids (N,), targets (N,), what follows each of them -> (N,) float32
        """
        known = np.full(self._model.order - 1, ABSENT, np.int64)
        known[: len(state[0])] = state[0]
        contexts = self._model.read(known, ids)
        if len(ids):
            state[0] = [number for number in contexts[:, -1].tolist() if number != ABSENT]
        return self._model.log_probabilities(contexts, targets)

    def score_continuations(self, state: State, continuations: Ids) -> npt.NDArray[np.float64]:
        """Return log P of each continuation of one text (a state of one row, which stays), as a whole.

        Only the tokens asked for are looked up, where `advance` computes whole distributions.

        Equation: y_n = Σ_i log P(c_ni | text, c_n1 … c_n,i−1)
        Shapes:   continuations (N, M) -> (N,)
        """
        model = self._model
        contexts: Integers = np.full((model.order - 1, len(continuations)), ABSENT, np.int64)
        contexts[: len(state[0])] = np.array(state[0], np.int64)[:, None]
        total = np.zeros(len(continuations))
        for ids in continuations.T:
            total += model.log_probabilities(contexts, ids)
            contexts = model.after(contexts, ids)
        return total

    def _read(self, contexts: Sequence[int], token: int) -> list[int]:
        """The contexts after one more token."""
        if self._model.order == 1:
            return []
        longer = [token]
        for k, context in enumerate(contexts[: self._model.order - 2]):
            first, end = self._first_child[k][context], self._first_child[k][context + 1]
            place = bisect_left(self._words[k + 1], token, first, end)
            if place == end or self._words[k + 1][place] != token:
                break
            longer.append(place)
        return longer

    def _predict(self, contexts: Sequence[int], log_p: Floats) -> None:
        """Write log P(next): for each token, the longest context that it was seen after decides.

        Orders are written from the lowest to the highest, each over those below. A token found after some
        context bears the back-off weights of all longer contexts, after which it was not seen.
        """
        levels = self._model.levels
        log_backoffs = [self._log_backoffs[k][context] for k, context in enumerate(contexts)]
        *longer, of_all = accumulate(reversed(log_backoffs), initial=0.0)
        np.add(levels[0].log_probabilities, np.float32(of_all), out=log_p)
        for k, (context, weight) in enumerate(zip(contexts, reversed(longer), strict=True)):
            first, end = self._first_child[k][context], self._first_child[k][context + 1]
            if first < end:
                children = levels[k + 1]
                log_p[children.words[first:end]] = children.log_probabilities[first:end] + np.float32(weight)
