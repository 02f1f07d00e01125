"""Filling gaps by Bayes' rule, with a language model that reads from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.decoding.gaps import Candidate, Searched
from nlp.decoding.predictor import Predictor
from nlp.decoding.sampling import top_k
from nlp.layers.arrays import Floats, Ids
from nlp.ngrams.predictor import NgramPredictor
from nlp.text.vocabulary import Vocabulary

BEAM = 100
"""Hypotheses of each length that are made longer, and the fewest of each length that are weighed."""

WEIGHED = 1 << 26
"""Probabilities computed to weigh the hypotheses of a gap, about: a second of work, mostly much less.

Half of them go to gaps of one token, half of the rest to those of two, and so on.
"""

SINGLE = 2000
"""The fewest single tokens that a network weighs; n-grams weigh all."""

HORIZON = 8
"""Tokens behind a gap that are read to judge a hypothesis; what is further off hardly depends on it."""


_ENTRIES = 1 << 22  # probabilities in memory at once: 16 MB of float32
_LOOKED_UP = 64  # one n-gram that is looked up costs as much as so many of a whole distribution
_GROWN = 1 << 18  # probabilities among which a beam finds those that it makes longer


class ReadText:
    """A predictor that has read a text, from which any number of continuations start."""

    def __init__(self, predictor: Predictor, text: Sequence[int]) -> None:
        """Read `text`, of at least one token."""
        self._predictor = predictor
        self._state = predictor.start(1)
        for number in text:
            self._next = predictor.advance(self._state, np.array([number], np.int32))
        self._next = self._next.copy()

    def log_probabilities(self, continuations: Ids) -> Floats:
        """The log probability of each continuation as a whole, in nats.

        Equation: y_n = Σ_i log P(c_ni | text, c_n1 … c_n,i−1)
        Shapes:   continuations (N, M) -> (N,)
        """
        if isinstance(self._predictor, NgramPredictor):
            return self._predictor.score_continuations(self._state, continuations)
        rows = max(1, _ENTRIES // len(self._predictor.vocabulary))
        parts = [continuations[start : start + rows] for start in range(0, len(continuations), rows)]
        return np.concatenate([self._log_probabilities(part) for part in parts or [continuations]])

    def cost(self, length: int) -> int:
        """How many probabilities are computed, about, to weigh one continuation of `length` tokens."""
        is_looked_up = isinstance(self._predictor, NgramPredictor)
        return length * (_LOOKED_UP if is_looked_up else len(self._predictor.vocabulary))

    def _log_probabilities(self, continuations: Ids) -> Floats:
        first = np.zeros(len(continuations), np.intp)
        state, totals = self._predictor.select(self._state, first), np.zeros(len(continuations))
        log_p, rows = self._next, first
        for column in continuations.T[:-1]:
            totals += log_p[rows, column]
            log_p, rows = self._predictor.advance(state, column), np.arange(len(continuations))
        totals += log_p[rows, continuations.T[-1]] if continuations.size else 0
        return totals

    def next_of(self, tokens: Ids) -> Floats:
        """Log P of each of these tokens as the next one."""
        found: Floats = self._next[0, tokens]
        return found

    def beam(
        self, longest: int, answers: Sequence[int], width: int, most: Sequence[int] | None = None
    ) -> Mapping[int, Ids]:
        """The most probable continuations of each length up to `longest` that consist of `answers`.

        Of each length the best `width` are made longer, and so many are returned or, of length n, the number
        `most[n - 1]`.

        Returns: length n -> (`width`, n), the best first; exact where `width` holds all prefixes
        Source:  Lowerre 1976, "The HARPY speech recognition system" (beam search)
        """
        allowed = np.array(answers, np.int32)
        found, prefixes, totals = {}, np.zeros((1, 0), np.int32), np.zeros(1)
        log_p, state = self._next, self._predictor.select(self._state, np.zeros(1, np.intp))
        for length in range(1, longest + 1):
            grown = (totals[:, None] + log_p[:, allowed]).reshape(-1)
            if not grown.size:
                break
            best = top_k(grown, min(max(width, most[length - 1]) if most else width, grown.size))
            best = best[np.argsort(-grown[best], kind="stable")]
            rows, columns = np.divmod(best, len(allowed))
            last = allowed[columns]
            found[length] = np.column_stack((prefixes[rows], last))
            prefixes, totals, rows, last = (
                found[length][:width],
                grown[best[:width]],
                rows[:width],
                last[:width],
            )
            if length == longest:
                break
            state = self._predictor.select(state, rows)
            log_p = self._predictor.advance(state, last)
        return found


class BayesFiller:
    """Gaps filled by any language model from left to right, n-grams included.

    Hypotheses of different lengths are comparable, since P(left, gap, right) of each is the probability of a
    whole text.

    Equation: P(x | left, right) = P(x | left) P(right | left, x) / Σ_x' P(x' | left) P(right | left, x')
              with x' over the hypotheses of all lengths, and `right` cut at the horizon
    Every single token is weighed so by n-grams, and by a network every one of a small vocabulary, else those
    that are most probable from the left. Of longer gaps all hypotheses are weighed where these are few; else
    they are searched from both ends. From the left, a beam search grows what is probable there. From the
    right, the hypotheses one token shorter that are best by both sides grow at their left: x of n tokens is
    chosen by log P(x_1 | left) + log P(x_2 … x_n, right | left), so that what follows the gap decides which
    words it ends with. Half of the hypotheses come from either end.
    """

    def __init__(
        self, predictor: Predictor, beam: int = BEAM, horizon: int = HORIZON, weighed: int = WEIGHED
    ) -> None:
        """With a `horizon` of 0 the text to the right is not looked at. `weighed` is told at `WEIGHED`."""
        self.predictor, self._beam, self._weighed = predictor, beam, weighed
        self._looks_up = isinstance(predictor, NgramPredictor)
        # No n-gram that begins further to the right holds a token of the gap.
        self._horizon = (
            min(horizon, predictor.order - 1) if isinstance(predictor, NgramPredictor) else horizon
        )
        self.searched: list[Searched] = []

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens."""
        return self.predictor.vocabulary

    def candidates(
        self, left: Sequence[int], right: Sequence[int], lengths: range, answers: Sequence[int], k: int
    ) -> list[Candidate]:
        """The `k` best candidates for what stands between two texts, as every `Filler` has them."""
        self.searched = []
        if not len(answers):
            return []
        text, behind = ReadText(self.predictor, left), right[: self._horizon]
        most = [self._most(text, length, len(answers), len(behind)) for length in range(1, lengths[-1] + 1)]
        width = max(self._beam, _GROWN // len(self.vocabulary))
        from_left = text.beam(lengths[-1], answers, width, most)
        found: list[tuple[Ids, Floats]] = []
        for length, weighed in enumerate(most, 1):
            possible = len(answers) ** length
            if weighed >= possible:
                ids = every_sequence(answers, length)
            elif length == 1 or not behind:
                ids = from_left[length][:weighed]  # the best first
            else:
                from_right = self._from_right(text, *found[-1], answers, weighed // 2)
                both = np.concatenate((from_right, from_left[length]))
                _, first = np.unique(both, axis=0, return_index=True)
                ids = both[np.sort(first)[:weighed]]
            found.append((ids, text.log_probabilities(followed_by(ids, behind))))
            if length in lengths:
                self.searched.append(Searched(length, len(ids), possible))
        hypotheses, scores = zip(*(found[length - 1] for length in lengths), strict=True)
        return ranked(hypotheses, scores, k)

    def _most(self, text: ReadText, length: int, answers: int, behind: int) -> int:
        """How many hypotheses of a length are weighed."""
        if length == 1 and self._looks_up:
            return answers
        affordable = (self._weighed >> length) // text.cost(length + behind)
        least = max(self._beam, SINGLE if length == 1 else 0)
        return max(least, affordable)

    def _from_right(
        self, text: ReadText, shorter: Ids, scores: Floats, answers: Sequence[int], count: int
    ) -> Ids:
        """The best `count` of the `shorter` hypotheses with a token before them: (count, n + 1)."""
        allowed = np.array(answers, np.int32)
        best = top_k(scores, min(max(self._beam, _GROWN // len(allowed)), len(scores)))
        grown = (scores[best][:, None] + text.next_of(allowed)).reshape(-1)
        rows, columns = np.divmod(top_k(grown, min(count, grown.size)), len(allowed))
        return np.column_stack((allowed[columns], shorter[best[rows]]))


def every_sequence(answers: Sequence[int], length: int) -> Ids:
    """All sequences of so many answers: (V^n, n)."""
    grid = np.indices((len(answers),) * length).reshape(length, -1).T
    found: Ids = np.array(answers, np.int32)[grid]
    return found


def followed_by(hypotheses: Ids, text: Sequence[int]) -> Ids:
    """Each hypothesis with the same text behind it: (N, n) -> (N, n + M)."""
    behind = np.broadcast_to(np.array(text, np.int32), (len(hypotheses), len(text)))
    return np.concatenate((hypotheses, behind), axis=1)


def ranked(hypotheses: Sequence[Ids], scores: Sequence[npt.NDArray[Any]], k: int) -> list[Candidate]:
    """The `k` best of hypotheses of several lengths; their probabilities sum to 1 over all hypotheses.

    Equation: P(x) = exp score(x) / Σ_x' exp score(x')
    Shapes:   for each length n, hypotheses (N, n) and scores (N,)
    """
    if not sum(map(len, scores)):
        return []
    p = np.concatenate(scores).astype(np.float64)
    p = np.exp(p - p.max())
    p /= p.sum()
    starts = np.cumsum([0, *map(len, scores)])
    best = top_k(p, min(k, len(p)))
    candidates = []
    for place in best[np.argsort(-p[best], kind="stable")]:
        of_length = int(np.searchsorted(starts, place, "right")) - 1
        ids = hypotheses[of_length][place - starts[of_length]]
        candidates.append(Candidate(tuple(ids.tolist()), float(p[place])))
    return candidates
