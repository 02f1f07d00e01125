"""Beam search: the most probable continuations of a prompt that a few hypotheses at a time find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.decoding.generation import LENGTH, STOP, Limits, Spelling
from nlp.decoding.predictor import Predictor
from nlp.decoding.reading import pieces_of, read_prompt
from nlp.decoding.sampling import no_token_left
from nlp.decoding.stop_strings import StopStrings
from nlp.layers.arrays import Floats

Scores = npt.NDArray[np.float64]

LENGTH_PENALTY = 0.6
LINE_END = "\n"


@dataclass(frozen=True)
class Hypothesis:
    """A text that the search has finished.

    Attributes: `text`, without the stop string that ended it; `tokens` of the text and the stop string;
    `logprob` of these tokens, in nats; `score`, by which hypotheses are ranked; `ended`, "length" or "stop".
    """

    text: str
    tokens: tuple[int, ...]
    logprob: float
    score: float
    ended: str


class _Partial(NamedTuple):
    """An unfinished hypothesis."""

    tokens: tuple[int, ...]
    text: str


def length_penalty(length: int) -> float:
    """What the log-probability of a text is divided by, lest the search prefer short ones.

    Equation: lp(Y) = ((5 + |Y|) / 6)^α,   α = 0.6
    Source:   Wu, Schuster, Chen et al. 2016, "Google's neural machine translation system", eq. 14
    """
    return float(((5 + length) / 6) ** LENGTH_PENALTY)


def beam_search(
    predictor: Predictor,
    prompt: str,
    limits: Limits,
    beam: int,
    excluded: Sequence[int] = (),
    *,
    detokenize: bool = False,
) -> list[Hypothesis]:
    """The best texts found after `prompt`, at most `beam`, by falling score; equal ones by their tokens.

    A text that a stop string ends with fewer than `limits.least` tokens is given up.
    At each length the `beam` most probable unfinished texts are kept. A text is finished where a stop string
    comes (if none is given, where its line ends), or when it has `limits.length` tokens. The search ends once
    no unfinished text can overtake the `beam` best finished ones.

    Equation: score(Y) = log P(Y | prompt) / lp(Y),   see `length_penalty`
    Raises:   ModelError where no text has a probability
    """
    return _Search(predictor, prompt, limits, beam, excluded, detokenize=detokenize).run()


class _Search:
    def __init__(
        self,
        predictor: Predictor,
        prompt: str,
        limits: Limits,
        beam: int,
        excluded: Sequence[int],
        *,
        detokenize: bool,
    ) -> None:
        self._predictor, self._prompt, self._beam = predictor, prompt, beam
        self._length, self._least, self._forbidden = limits.length, limits.least, limits.forbidden
        self._stop = tuple(limits.stop) or (LINE_END,)
        self._excluded, self._detokenize = list(excluded), detokenize
        self._finished: list[Hypothesis] = []

    def run(self) -> list[Hypothesis]:
        predictor = self._predictor
        vocabulary = predictor.vocabulary
        prompt = vocabulary.numbers(pieces_of(vocabulary, self._prompt))
        state, next_token = read_prompt(predictor, prompt)
        partials, totals = [_Partial((), "")], np.zeros(1)
        log_probabilities = next_token[None]
        while partials:
            parents, partials, totals = self._extended(partials, totals, log_probabilities)
            if not partials or self._is_decided(totals):
                break
            state = predictor.select(state, parents)
            ids = np.array([partial.tokens[-1] for partial in partials], np.int32)
            log_probabilities = predictor.advance(state, ids)
        return self._finished or no_token_left()

    def _extended(
        self, partials: list[_Partial], totals: Scores, log_probabilities: Floats
    ) -> tuple[npt.NDArray[np.intp], list[_Partial], Scores]:
        """The best unfinished texts with one more token: the rows they grew from, they, and their log P.

        Texts that end with this token are moved to the finished ones.
        """
        scores = totals[:, None] + log_probabilities
        scores[:, self._excluded] = -np.inf
        if self._forbidden:
            for row, partial in zip(scores, partials, strict=True):
                row[list(self._forbidden(partial.tokens))] = -np.inf
        flat = scores.reshape(-1)
        parents: list[int] = []
        kept: list[_Partial] = []
        kept_totals: list[float] = []
        for place in _falling(flat, (1 + len(self._stop)) * self._beam):
            if len(kept) == self._beam:
                break
            parent, number = divmod(place, scores.shape[1])
            partial = self._spelt(partials[parent], number)
            total = float(flat[place])
            if not self._finish(partial, total):
                parents.append(parent)
                kept.append(partial)
                kept_totals.append(total)
        return np.array(parents, np.intp), kept, np.array(kept_totals)

    def _spelt(self, parent: _Partial, number: int) -> _Partial:
        tokens, vocabulary = (*parent.tokens, number), self._predictor.vocabulary
        # A piece may be a part of a character, and how a word is spelt may depend on all before it.
        if vocabulary.pieces is not None or self._detokenize:
            before = self._prompt if self._detokenize else self._prompt[-1:]
            spelling = Spelling(vocabulary, before, detokenize=self._detokenize)
            return _Partial(tokens, "".join([*map(spelling, tokens), spelling.rest()]))
        piece = Spelling(vocabulary, parent.text[-1:] or self._prompt[-1:])(number)
        return _Partial(tokens, parent.text + piece)

    def _finish(self, partial: _Partial, total: float) -> bool:
        """Whether this text is finished, and kept if it is among the best, or is given up."""
        ready, stopped = StopStrings(self._stop).feed(partial.text)
        if not stopped and len(partial.tokens) < self._length:
            return False
        if stopped and len(partial.tokens) < self._least:
            return True
        text, ended = (ready, STOP) if stopped else (partial.text, LENGTH)
        score = total / length_penalty(len(partial.tokens))
        self._finished.append(Hypothesis(text, partial.tokens, total, score, ended))
        self._finished.sort(key=lambda one: (-one.score, one.tokens))
        del self._finished[self._beam :]
        return True

    def _is_decided(self, totals: Scores) -> bool:
        """Whether no unfinished text can still score higher: log P only falls as a text grows."""
        if len(self._finished) < self._beam:
            return False
        return self._finished[-1].score >= float(totals.max()) / length_penalty(self._length)


def _falling(scores: Scores, expected: int) -> list[int]:
    """The places of the `expected` highest scores, by falling score, equal ones by place.

    Scores of -inf (probability 0) are left out; ties with the last one are all there.
    """
    if expected < len(scores):
        border = np.partition(scores, len(scores) - expected)[len(scores) - expected]
        places = np.flatnonzero((scores >= border) & (scores > -np.inf))
    else:
        places = np.flatnonzero(scores > -np.inf)
    order = np.argsort(-scores[places], kind="stable")
    ranked: list[int] = places[order].tolist()
    return ranked
