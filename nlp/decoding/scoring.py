"""How probable a text is: line by line, by one language model or by several mixed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nlp.decoding.mixture import LogProbabilities, TextReader, mixed
from nlp.decoding.predictor import Predictor

_NUMBERED_AT_ONCE = 1 << 16


class Score(NamedTuple):
    """Of a text: how many tokens, how many of them `<unk>`, and the sums of log P in nats.

    `logprob` is that of all tokens, `known_logprob` that of those that are not `<unk>`.
    """

    tokens: int = 0
    unknown: int = 0
    logprob: float = 0.0
    known_logprob: float = 0.0

    @property
    def perplexity(self) -> float:
        """exp(−log P / tokens); infinite where a token is impossible, NaN without tokens."""
        return _perplexity(self.logprob, self.tokens)

    @property
    def known_perplexity(self) -> float:
        """The perplexity of the tokens that are not `<unk>`, each read behind all tokens before it."""
        return _perplexity(self.known_logprob, self.tokens - self.unknown)

    def plus(self, other: Score) -> Score:
        """The score of both texts."""
        return Score(
            self.tokens + other.tokens,
            self.unknown + other.unknown,
            self.logprob + other.logprob,
            self.known_logprob + other.known_logprob,
        )


def _perplexity(logprob: float, tokens: int) -> float:
    if not tokens:
        return math.nan
    try:
        return math.exp(-logprob / tokens)
    except OverflowError:
        return math.inf


class ReadLine(NamedTuple):
    """A line as the models saw it.

    Attributes: `pieces`, its N tokens as they are written, the line end being the last; `unknown`, the places
    of those that are `<unk>`; `by_model`, log P of each in nats, (N,) a model.
    """

    pieces: Sequence[str]
    unknown: Sequence[int]
    by_model: list[LogProbabilities]

    def log_probabilities(self, weights: Sequence[float]) -> LogProbabilities:
        """What each token has by the models mixed in these proportions, log P in nats. Shape: (N,)."""
        return self.by_model[0] if len(self.by_model) == 1 else mixed(self.by_model, weights)

    def score(self, log_probabilities: LogProbabilities) -> Score:
        """The score of the line, given what its tokens have."""
        logprob = known = float(log_probabilities.sum())
        if self.unknown:
            known = float(np.delete(log_probabilities, self.unknown).sum())
        return Score(len(self.pieces), len(self.unknown), logprob, known)


class LineReader:
    """Reads lines with several models side by side; which tokens are known is up to the first one.

    The lines are one stream, unless `by_line`: then each begins a text of its own.
    """

    def __init__(self, predictors: Sequence[Predictor], *, by_line: bool = False) -> None:
        self._vocabulary = predictors[0].vocabulary
        self._readers = [TextReader(predictor, self._vocabulary) for predictor in predictors]
        self._by_line = by_line

    def read(self, lines: Sequence[Sequence[str]]) -> Iterator[ReadLine]:
        """Read the next lines, given as their tokens without line ends.

        However many lines come at once, the result is the same to the bit. A matrix product rounds
        differently by its size: so a network reads line by line, and only models without such products,
        n-grams, read several lines at a time.
        """
        ended = [self._ended(line) for line in lines]
        ahead = {
            k: self._read_at_once(reader, ended)
            for k, reader in enumerate(self._readers)
            if reader.is_cut_freely and not self._by_line
        }
        for pieces in ended:
            if self._by_line:
                for reader in self._readers:
                    reader.restart()
            found = [
                next(ahead[k]) if k in ahead else reader.read(pieces)
                for k, reader in enumerate(self._readers)
            ]
            yield ReadLine(pieces, self._unknown(pieces), found)

    def _ended(self, line: Sequence[str]) -> Sequence[str]:
        line_end = self._vocabulary.words[self._vocabulary.line_end]
        return line + line_end if isinstance(line, str) else [*line, line_end]

    @staticmethod
    def _read_at_once(reader: TextReader, lines: Sequence[Sequence[str]]) -> Iterator[LogProbabilities]:
        found = reader.read([piece for line in lines for piece in line])
        start = 0
        for line in lines:
            yield found[start : start + len(line)]
            start += len(line)

    def _unknown(self, pieces: Sequence[str]) -> list[int]:
        numbers, unknown = self._vocabulary.numbers, self._vocabulary.unknown
        return [
            start + place
            for start in range(0, len(pieces), _NUMBERED_AT_ONCE)
            for place, number in enumerate(numbers(pieces[start : start + _NUMBERED_AT_ONCE]))
            if number == unknown
        ]
