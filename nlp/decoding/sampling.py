"""The next token, drawn from what a model predicts: how bold, from how many, how averse to repeating."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from nlp.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats

    Places = npt.NDArray[np.intp]

COLDEST, HOTTEST = 1e-6, 1e6
"""Below the one the most probable token is taken, beyond the other all alike: float32 can tell no more."""

_BLOCK = 128  # weights that are summed together before one of them is drawn
_FIRST_NUCLEUS = 256  # tokens that are ranked at first; all of them only where these are not enough


@dataclass(frozen=True)
class Sampling:
    """How a token is drawn. The defaults draw from the model's own distribution.

    Equation: s_v = log P(v) - mean_u log P(u),   s_v ← s_v / θ if s_v > 0 else s_v θ   for v just used
              weight_v = exp(s_v / temperature)   over the `top_k` best, of these over the nucleus of `top_p`
    Attributes: `temperature`, 0 for the most probable token; `top_k`, 0 for all; `top_p`, the least share of
    the weight that the nucleus holds; `repetition_penalty` θ, above 1 against repeating; `repetition_window`,
    how many of the last tokens count as repeated.
    Source: Ackley, Hinton & Sejnowski 1985 (temperature); Fan, Lewis & Dauphin 2018, §5.4 (top k); Holtzman,
            Buys, Du, Forbes & Choi 2020, §3.1 (nucleus); Keskar, McCann, Varshney, Xiong & Socher 2019, §4.1
            (penalty; a positive score is divided by it and a negative one multiplied, as users have come to
            expect. Trained logits have a mean near 0, since their gradient sums to 0; so has s.)
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    repetition_window: int = 64


class Sampler:
    """Draws tokens by a `Sampling` with the numbers of one generator; `excluded` ones never."""

    def __init__(
        self, sampling: Sampling, generator: np.random.Generator, excluded: Sequence[int] = ()
    ) -> None:
        self._sampling = sampling
        self._generator = generator
        self._excluded = list(excluded)
        self._is_greedy = sampling.temperature < COLDEST
        self._scores: Floats = np.empty(0, np.float32)

    def __call__(self, log_probabilities: Floats, recent: Sequence[int] = ()) -> int:
        """Draw the token to follow; `recent` holds the tokens before it, the last of which are repeated.

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
        if 0 < sampling.top_k < len(scores):
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

        First a block, by the sums of all blocks, then a place in it: running sums, the slow part, are then
        of a few hundred numbers, not of a whole vocabulary.
        """
        share, size = self._generator.random(), len(weights)
        if size <= 2 * _BLOCK:
            return _place_at(share, weights)[0]
        block, share = _place_at(share, np.add.reduceat(weights, np.arange(0, size, _BLOCK)))
        first = block * _BLOCK
        return first + _place_at(share, weights[first : first + _BLOCK])[0]


def _place_at(share: float, weights: Floats) -> tuple[int, float]:
    """Where a share of all weight is reached, 0 <= share < 1, and how far into that place, again a share.

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

    Only as many are ranked as it takes: a vocabulary is never sorted for the few at its top.

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
