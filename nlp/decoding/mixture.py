"""Several language models as one: their probabilities interpolated, token by token, over one vocabulary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.decoding.predictor import Predictor
from nlp.decoding.reading import stretch_length
from nlp.errors import ModelError
from nlp.layers.arrays import Floats, Ids
from nlp.text.vocabulary import Vocabulary
from nlp.wording import Message

LogProbabilities = npt.NDArray[np.float64]

_ROUNDS = 1000
_SMALLEST_GAIN = 1e-9  # nats a token, of one round


class Translation:
    """What a predictor says, on the vocabulary V of another, the `reference`: a distribution q over V.

    The probability p(<unk>) of the predictor is shared evenly by all that is unknown to it: the n tokens of V
    that it lacks, and, as one more, everything else, which is <unk> in V too. And <unk> in V also gets what
    the predictor gives to the tokens that V lacks.

    Equation: q(v) = p(v)                      for v that both have
              q(v) = p(<unk>) / (n + 1)        for v that the predictor lacks
              q(<unk>) = p(<unk>) / (n + 1) + Σ_{u not in V} p(u)
    Attributes: `own` (V,), the number that each token of V has with the predictor.
    """

    def __init__(self, own: Vocabulary, reference: Vocabulary) -> None:
        self.own: Ids = np.array(own.numbers(reference.words), np.int32)
        self._unknown, self._reference_unknown = own.unknown, reference.unknown
        self._shares = np.flatnonzero(self.own == own.unknown)  # <unk> and the tokens that it lacks
        self._share = -math.log(len(self._shares))
        beyond = [number for number, token in enumerate(own.words) if token not in reference.index]
        self._beyond = np.array(beyond, np.intp)

    def distribution(self, log_p: Floats) -> LogProbabilities:
        """Log q of all tokens, given log p of all. Shapes: (rows, own V) -> (rows, V)."""
        found: LogProbabilities = log_p[:, self.own].astype(np.float64)
        found[:, self._shares] += self._share
        if len(self._beyond):
            found[:, self._reference_unknown] = self._of_unknown(log_p)
        return found

    def score(
        self, predictor: Predictor, state: Any, ids: Ids, targets: Ids, unknown: Sequence[int]
    ) -> LogProbabilities:
        """Read a stretch, in the predictor's own numbers, moving its `state`; log q of each target.

        `unknown` are the places of the targets that are <unk> in V. Where V lacks tokens, q of these is a sum
        over the whole distribution, so each is read by an `advance` of its own.

        Shapes: ids (N,), targets (N,) -> (N,)
        """
        found: LogProbabilities = np.empty(len(ids))
        start = 0
        for place in [*(unknown if len(self._beyond) else ()), len(ids)]:
            if start < place:
                found[start:place] = predictor.score(state, ids[start:place], targets[start:place])
                found[start:place][targets[start:place] == self._unknown] += self._share
            if place < len(ids):
                found[place] = self._of_unknown(predictor.advance(state, ids[place : place + 1]))[0]
            start = place + 1
        return found

    def _of_unknown(self, log_p: Floats) -> LogProbabilities:
        """Log q(<unk>) of each row."""
        summed: LogProbabilities = log_p[:, [self._unknown, *self._beyond]].astype(np.float64)
        summed[:, 0] += self._share
        total: LogProbabilities = np.logaddexp.reduce(summed, axis=1)
        return total


class TextReader:
    """Reads one text with one predictor and tells log P of each token, on the vocabulary of `reference`.

    Where the two vocabularies differ, this is still a distribution: see the equation of `Translation`. What
    the predictor knows it reads, whether the reference does or not.

    Attributes: `is_cut_freely`, whether `score` of the predictor gives the same bits however a text is cut
    into stretches. N-grams do; a network does not, since matrix products round differently by their size.
    """

    def __init__(self, predictor: Predictor, reference: Vocabulary) -> None:
        self._predictor = predictor
        self.is_cut_freely = bool(getattr(predictor, "is_cut_freely", False))
        self._length = stretch_length(predictor)
        self._reference = reference
        self._translation = Translation(predictor.vocabulary, reference)
        self.restart()

    def restart(self) -> None:
        """Forget what was read: the next token begins a text."""
        self._state: Any = self._predictor.start(1)
        self._last = self._predictor.vocabulary.line_end

    def read(self, pieces: Sequence[str]) -> LogProbabilities:
        """Read the next tokens of the text; return log P in nats of each, given all before. Shape: (N,).

        Raises: ModelError where what the model carries has grown beyond all numbers
        """
        found: LogProbabilities = np.empty(len(pieces))
        with np.errstate(over="ignore", invalid="ignore"):  # told in words below
            for start in range(0, len(pieces), self._length):
                part = pieces[start : start + self._length]
                found[start : start + len(part)] = self._read_stretch(part)
        if np.isnan(found).any():
            raise ModelError(
                Message(
                    "the model overflows on this text: its probabilities are no longer numbers; train it "
                    "again, with a lower `lr` or another `norm` or `activation`"
                )
            )
        return found

    def _read_stretch(self, pieces: Sequence[str]) -> LogProbabilities:
        own, reference = self._predictor.vocabulary, self._reference
        stream: Ids = np.array([self._last, *own.numbers(pieces)], np.int32)
        self._last = int(stream[-1])
        places = enumerate(reference.numbers(pieces))
        unknown = [place for place, number in places if number == reference.unknown]
        return self._translation.score(self._predictor, self._state, stream[:-1], stream[1:], unknown)


def mixed(log_probabilities: Sequence[LogProbabilities], weights: Sequence[float]) -> LogProbabilities:
    """The log-probabilities of the interpolated model.

    Equation: log Σ_k w_k p_k
    Shapes:   `log_probabilities`, one (N,) or (rows, V) a model -> the same
    """
    total: LogProbabilities = np.full(np.shape(log_probabilities[0]), -np.inf)
    for found, weight in zip(log_probabilities, weights, strict=True):
        if weight > 0:
            total = np.logaddexp(total, found + math.log(weight))
    return total


def tuned_weights(
    log_probabilities: Sequence[LogProbabilities], weights: Sequence[float | None]
) -> list[float]:
    """The weights under which a text is most probable; those that are given stay.

    Expectation-maximisation from equal weights, until a round gains less than 1e-9 nats a token: γ_nk is the
    share of model k in the probability of token n (E-step); the weights that are not given become
    proportional to the mean shares of their models (M-step). A weight of None is to be found.

    Equation: γ_nk = w_k p_k(n) / Σ_j w_j p_j(n),   w_k ← (1 - Σ given) Σ_n γ_nk / Σ_n Σ_{j free} γ_nj
    Source:   Jelinek & Mercer 1980, "Interpolated estimation of Markov source parameters from sparse data"
    """
    free = [k for k, weight in enumerate(weights) if weight is None]
    left = 1 - sum(weight for weight in weights if weight is not None)
    found = [left / len(free) if weight is None else weight for weight in weights]
    before = -math.inf
    for _ in range(_ROUNDS):
        total = mixed(log_probabilities, found)
        usable = total > -np.inf
        if not usable.any():
            break
        mean = float(total[usable].mean())
        if mean - before < _SMALLEST_GAIN:
            break
        before = mean
        shares = [found[k] * float(np.exp(log_probabilities[k][usable] - total[usable]).mean()) for k in free]
        if not sum(shares) > 0:
            break
        for k, share in zip(free, shares, strict=True):
            found[k] = left * share / sum(shares)
    return found
