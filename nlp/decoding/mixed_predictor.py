"""Several language models as one predictor: what generating and filling read of a mixture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.decoding.mixture import Translation, mixed
from nlp.decoding.predictor import Predictor, Rows
from nlp.layers.arrays import Floats, Ids
from nlp.text.vocabulary import Vocabulary


class MixedPredictor:
    """A `Predictor` whose distribution is that of several, interpolated over the vocabulary of the first.

    Equation: P(v | text) = Σ_k w_k q_k(v | text),   q_k being P_k as `Translation` tells it
    Its state is the list of theirs.

    Source:   Jelinek & Mercer 1980, "Interpolated estimation of Markov source parameters from sparse data"
    """

    def __init__(self, predictors: Sequence[Predictor], weights: Sequence[float]) -> None:
        """Mix by weights that are not negative and add up to 1."""
        self._predictors, self._weights = predictors, weights
        self._translations = [Translation(one.vocabulary, predictors[0].vocabulary) for one in predictors]
        self.is_cut_freely = all(getattr(one, "is_cut_freely", False) for one in predictors)

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens, V of them."""
        return self._predictors[0].vocabulary

    def start(self, rows: int) -> list[Any]:
        """The state of `rows` texts of which nothing has been read."""
        return [one.start(rows) for one in self._predictors]

    def advance(self, state: list[Any], ids: Ids) -> Floats:
        """Read one token of each text, moving `state`; return log P(next) in nats.

        Shapes: ids (rows,) -> (rows, V) float64
        """
        parts = zip(self._predictors, self._translations, state, strict=True)
        found = [
            translation.distribution(predictor.advance(own, translation.own[ids]))
            for predictor, translation, own in parts
        ]
        return mixed(found, self._weights)

    def select(self, state: list[Any], rows: Rows) -> list[Any]:
        """A state whose texts are those in the given places, some perhaps more than once."""
        return [one.select(own, rows) for one, own in zip(self._predictors, state, strict=True)]

    def score(self, state: list[Any], ids: Ids, targets: Ids) -> Floats:
        """Read a stretch of one text (a state of one row), moving `state`; return log P(target) of each.

        Shapes: ids (N,), targets (N,), what follows each of them -> (N,) float64
        """
        unknown = np.flatnonzero(targets == self.vocabulary.unknown).tolist()
        parts = zip(self._predictors, self._translations, state, strict=True)
        found = [
            translation.score(predictor, own, translation.own[ids], translation.own[targets], unknown)
            for predictor, translation, own in parts
        ]
        return mixed(found, self._weights)
