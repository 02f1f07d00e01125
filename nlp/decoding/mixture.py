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
from nlp.layers.arrays import Ids
from nlp.text.vocabulary import Vocabulary
from nlp.wording import Message

LogProbabilities = npt.NDArray[np.float64]

_ROUNDS = 1000
_SMALLEST_GAIN = 1e-9  # nats a token, of one round


class TextReader:
    """Reads one text with one predictor and tells log P of each token, on the vocabulary of `reference`.

    Where the two vocabularies differ, this is still a distribution q over that of `reference`, V. The
    probability p(<unk>) of the predictor is shared evenly by all that is unknown to it: the n tokens of V
    that it lacks, and, as one more, everything else, which is <unk> in V too. And <unk> in V also gets what
    the predictor gives to the tokens that V lacks.

    Equation: q(v) = p(v)                      for v that both have
              q(v) = p(<unk>) / (n + 1)        for v that the predictor lacks
              q(<unk>) = p(<unk>) / (n + 1) + Σ_{u not in V} p(u)
    Attributes: `is_cut_freely`, whether `score` of the predictor gives the same bits however a text is cut
    into stretches. N-grams do; a network does not, since matrix products round differently by their size.
    """

    def __init__(self, predictor: Predictor, reference: Vocabulary) -> None:
        self._predictor = predictor
        self.is_cut_freely = bool(getattr(predictor, "is_cut_freely", False))
        own = predictor.vocabulary
        self._length = stretch_length(predictor)
        lacking = [token for token in reference.words if token not in own.index]
        self._share = -math.log(len(lacking) + 1)
        self._reference = reference
        beyond = [number for number, token in enumerate(own.words) if token not in reference.index]
        self._beyond = np.array(beyond, np.intp)
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
        own = self._predictor.vocabulary
        stream: Ids = np.array([self._last, *own.numbers(pieces)], np.int32)
        self._last = int(stream[-1])
        ids, targets = stream[:-1], stream[1:]
        if not len(self._beyond):
            found = self._predictor.score(self._state, ids, targets).astype(np.float64)
        else:
            found = self._read_with_unknown(pieces, ids, targets)
        if self._share:
            found[targets == own.unknown] += self._share
        return found

    def _read_with_unknown(self, pieces: Sequence[str], ids: Ids, targets: Ids) -> LogProbabilities:
        """As `score`, but tokens that the reference lacks get q(<unk>).

        This is a sum over the whole distribution, so each such token is read by an `advance` of its own.
        """
        reference, own = self._reference, self._predictor.vocabulary
        unknown = [
            place for place, number in enumerate(reference.numbers(pieces)) if number == reference.unknown
        ]
        found: LogProbabilities = np.empty(len(pieces))
        start = 0
        for place in [*unknown, len(pieces)]:
            if start < place:
                found[start:place] = self._predictor.score(
                    self._state, ids[start:place], targets[start:place]
                )
            if place < len(pieces):
                row = self._predictor.advance(self._state, ids[place : place + 1])[0].astype(np.float64)
                row[own.unknown] += self._share
                found[place] = np.logaddexp.reduce(row[[own.unknown, *self._beyond]])
            start = place + 1
        # `_read_stretch` adds the share to every <unk> of the predictor; here it is in the sum already.
        found[[place for place in unknown if targets[place] == own.unknown]] -= self._share
        return found


def mixed(log_probabilities: Sequence[LogProbabilities], weights: Sequence[float]) -> LogProbabilities:
    """The log-probabilities of the interpolated model.

    Equation: log Σ_k w_k p_k
    Shapes:   `log_probabilities`, one (N,) a model -> (N,)
    """
    total: LogProbabilities = np.full(len(log_probabilities[0]), -np.inf)
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
