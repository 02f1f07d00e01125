"""The next token, drawn from what a model predicts: temperature, top k, nucleus, repetition penalty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from nlp.decoding.settings import Sampling
from nlp.errors import ModelError
from nlp.layers.arrays import Floats
from nlp.layers.random_streams import RandomStreams

Places = npt.NDArray[np.intp]

COLDEST, HOTTEST = 1e-6, 1e6
"""Temperatures beyond which float32 makes no difference: the best token is certain, or all are alike."""

_DRAWING = 1  # the number of the random stream
_BLOCK = 128  # weights that are summed together before one of them is drawn
_FIRST_NUCLEUS = 256  # tokens that are ranked at first; all of them only where these are not enough


def drawing(seed: int, prompt: int = 0, text: int = 0) -> np.random.Generator:
    """The random numbers of one text of one prompt, both counted from 0: none depends on the others."""
    return RandomStreams(seed).at(_DRAWING, prompt, text)


class Sampler:
    """Draws tokens by a `Sampling` with the random numbers of one generator, and never an `excluded` one."""

    def __init__(
        self, sampling: Sampling, generator: np.random.Generator, excluded: Sequence[int] = ()
    ) -> None:
        self._sampling = sampling
        self._generator = generator
        self._excluded = list(excluded)
        self._is_greedy = sampling.temperature < COLDEST
        self._scores: Floats = np.empty(0, np.float32)

    def __call__(self, log_probabilities: Floats, recent: Sequence[int] = ()) -> int:
        """Draw the next token; `recent` holds those before it, of which the last ones bear the penalty.

        Equal scores are ranked by number, the lowest first.

        Shapes: log_probabilities (V,), left as it is
        Raises: ModelError where no token is left that the model could say
        """
        sampling = self._sampling
        scores = self._penalized(log_probabilities, recent)
        for number in self._excluded:
            scores[number] = -np.inf
        if self._is_greedy:
            best = int(scores.argmax())
            return best if scores[best] > -np.inf else no_token_left()
        if sampling.temperature != 1:
            highest = scores.max()
            if not highest > -np.inf:
                no_token_left()
            scores -= highest
            scores *= 1 / min(sampling.temperature, HOTTEST)
        if sampling.top_k is not None and sampling.top_k < len(scores):
            kept = top_k(scores, sampling.top_k)
            weights = np.exp(scores[kept])
            if sampling.top_p < 1:
                within = nucleus(weights, sampling.top_p)
                kept, weights = kept[within], weights[within]
            return int(kept[self._draw(weights)])
        np.exp(scores, out=scores)
        if sampling.top_p < 1:
            kept = nucleus(scores, sampling.top_p)
            return int(kept[self._draw(scores[kept])])
        return self._draw(scores)

    def _penalized(self, log_probabilities: Floats, recent: Sequence[int]) -> Floats:
        """The scores in a buffer of our own, those of repeated tokens lowered."""
        if self._scores.shape != log_probabilities.shape:
            self._scores = np.empty_like(log_probabilities)
        scores, penalty = self._scores, self._sampling.repetition_penalty
        scores[:] = log_probabilities
        if penalty != 1 and recent:
            repeated = list(set(recent[-self._sampling.repetition_window :]))
            origin = _mean(scores)
            above = scores[repeated] - origin
            scores[repeated] = np.where(above > 0, above / penalty, above * penalty) + origin
        return scores

    def _draw(self, weights: Floats) -> int:
        """A place drawn in proportion to `weights`.

        First a block of places is drawn, by the sums of all blocks, then a place in it. Cumulative sums, the
        slow part, are then over a few hundred numbers, not over a whole vocabulary.
        """
        share, size = self._generator.random(), len(weights)
        if size <= 2 * _BLOCK:
            return _place_at(share, weights)[0]
        block, share = _place_at(share, np.add.reduceat(weights, np.arange(0, size, _BLOCK)))
        first = block * _BLOCK
        return first + _place_at(share, weights[first : first + _BLOCK])[0]


def _place_at(share: float, weights: Floats) -> tuple[int, float]:
    """The place where the cumulative weight reaches a share, 0 <= share < 1, and how far into it, in [0, 1).

    Raises: ModelError where there is no weight
    """
    sums = weights.cumsum(dtype=np.float64)
    total = float(sums[-1])
    if not total > 0:
        no_token_left()
    goal = share * total
    place = int(sums.searchsorted(goal, "right"))
    if place == len(sums):  # share * total was rounded up to the total
        place = int(sums.searchsorted(total))
    before = float(sums[place - 1]) if place else 0.0
    return place, (goal - before) / (float(sums[place]) - before)


def top_k(scores: Floats, k: int) -> Places:
    """The places of the `k` highest scores, ascending; of equal ones at the border, the first.

    Shapes: scores (V,), 0 < k <= V -> (k,)
    """
    border = np.partition(scores, len(scores) - k)[len(scores) - k]
    places: Places = np.flatnonzero(scores >= border)
    if len(places) > k:
        tied = np.flatnonzero(scores[places] == border)
        places = np.delete(places, tied[len(tied) - (len(places) - k) :])
    return places


def nucleus(weights: Floats, p: float) -> Places:
    """The fewest places that hold the share `p` of all weight, by falling weight; equal ones by number.

    Only as many are sorted as it takes, not a whole vocabulary for the few at its top.

    Shapes: weights (V,), not negative -> (n,), at least one
    Source: Holtzman et al. 2020, eq. 2
    """
    goal = p * float(weights.sum(dtype=np.float64))
    ranked = _FIRST_NUCLEUS
    while True:
        candidates: Any = slice(None)
        if ranked < len(weights):
            border = np.partition(weights, len(weights) - ranked)[len(weights) - ranked]
            candidates = np.flatnonzero(weights >= border)
        of_candidates = weights[candidates]
        order = np.argsort(-of_candidates, kind="stable")
        sums = np.cumsum(of_candidates[order], dtype=np.float64)
        if sums[-1] >= goal or ranked >= len(weights):
            break
        ranked *= 8
    order = order[: int(sums.searchsorted(goal)) + 1]
    places: Places = order if ranked >= len(weights) else candidates[order]
    return places


def _mean(scores: Floats) -> float:
    """The mean of the finite scores."""
    mean = float(scores.mean())
    if mean > -math.inf:
        return mean
    finite = scores[scores > -np.inf]
    return float(finite.mean()) if len(finite) else 0.0


def no_token_left() -> NoReturn:
    """Raises: ModelError, for a model that has no next token."""
    raise ModelError("the model gives no token a probability; train it again, on more text")
