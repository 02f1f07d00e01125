"""Filling gaps with a bidirectional model, which sees both sides at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.decoding.filling import BEAM, HORIZON, ReadText, followed_by, ranked
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.decoding.gaps import Candidate
    from nlp.layers.arrays import Floats, Ids
    from nlp.networks.fill_model import FillModel
    from nlp.text.language_vocabulary import LanguageVocabulary


class OneSide:
    """One of the two stacks of a bidirectional model, the other side unknown, as a `Predictor`.

    The backward one reads a text from its end and predicts the token before.
    """

    def __init__(self, model: FillModel, vocabulary: LanguageVocabulary, *, backward: bool = False) -> None:
        self.vocabulary = vocabulary
        self._model, self._backward = model, backward
        self._stack = model.backward if backward else model.forward
        self._workspace = Workspace(model.parameters.flat.dtype)

    def start(self, rows: int) -> Floats:
        """See `Predictor`."""
        return self._stack.new_state(rows, self._model.parameters.flat.dtype)

    def advance(self, state: Floats, ids: Ids) -> Floats:
        """See `Predictor`."""
        return self._log_probabilities(self._read(state, ids[None])[0])

    def select(self, state: Floats, rows: Any) -> Floats:
        """See `Predictor`; the state selected from stays as it is."""
        return np.ascontiguousarray(state[:, rows])

    def score(self, state: Floats, ids: Ids, targets: Ids) -> Floats:
        """See `Predictor`."""
        if not len(ids):
            return np.empty(0, self._workspace.dtype)
        log_p = self._log_probabilities(self._read(state, ids[:, None])[:, 0])
        scores: Floats = log_p[np.arange(len(ids)), targets]
        return scores

    def seen(self, text: Sequence[int]) -> Floats:
        """What the stack makes of a text of at least one token: (1, H)."""
        state = self.start(1)
        self._read(state, np.array(text, np.int32)[:, None])
        return self._stack.output_of(state)

    def _read(self, state: Floats, ids: Ids) -> Floats:
        return self._stack.forward(self._model.parameters, ids, state, self._workspace)[0]

    def _log_probabilities(self, h: Floats) -> Floats:
        left, right = (None, h) if self._backward else (h, None)
        return self._model.log_probabilities(left, right, self._workspace.scope("output"))


class TwoSidedFiller:
    """Gaps filled by a bidirectional model.

    A gap of one token is what the model has been trained for: P(x | left, right) is its softmax. For a longer
    gap x₁ … x_n, beam searches from either side propose hypotheses. They are weighed by the model as a
    language model in each direction, the other side being unknown. By the chain rule each direction has a
    probability for the same text, "left, gap, right"; S is the logarithm of their geometric mean:

    Equation: S(x) = ½ (log P→(x | left) P→(right | left, x) + log P←(x | right) P←(left | x, right))
              P(x | left, right) = exp S(x) / Σ exp S(x')   for lengths over 1
    Where gaps of one token compete with longer ones, all single tokens together get the share of Σ exp S over
    the proposed ones, which the softmax divides among them. This is an approximation: the two directions are
    not quite the same distribution, and what follows a gap is read only as far as the horizon.

    Source:   Genest & Zidek 1986, "Combining probability distributions: a critique and an annotated
              bibliography" (the logarithmic pool)
    """

    def __init__(
        self, model: FillModel, vocabulary: LanguageVocabulary, beam: int = BEAM, horizon: int = HORIZON
    ) -> None:
        self.vocabulary = vocabulary
        self._model, self._beam, self._horizon = model, beam, horizon
        self._forward = OneSide(model, vocabulary)
        self._backward = OneSide(model, vocabulary, backward=True)
        self._workspace = Workspace(model.parameters.flat.dtype)

    def candidates(
        self, left: Sequence[int], right: Sequence[int], lengths: range, answers: Sequence[int], k: int
    ) -> list[Candidate]:
        """See `Filler`."""
        if not len(answers):
            return []
        singles = np.array(answers, np.int32)[:, None]
        of_singles = self._between(left, right)[answers]
        if lengths[-1] == 1:
            return ranked([singles], [of_singles], k)
        weigh = _Weighing(
            ReadText(self._forward, left),
            ReadText(self._backward, right[::-1]) if right else None,
            left[::-1][: self._horizon],
            right[: self._horizon],
        )
        proposals = weigh.proposals(lengths, answers, self._beam)
        scores = [weigh.scores(ids) for ids in proposals]
        if lengths[0] == 1:
            share = np.logaddexp.reduce(scores[0])
            proposals[0], scores[0] = singles, of_singles - np.logaddexp.reduce(of_singles) + share
        return ranked(proposals, scores, k)

    def _between(self, left: Sequence[int], right: Sequence[int]) -> Floats:
        """Log P of each token between two texts."""
        from_left = self._forward.seen(left)
        from_right = self._backward.seen(right[::-1]) if right else None
        log_p: Floats = self._model.log_probabilities(from_left, from_right, self._workspace)[0]
        return log_p


class _Weighing:
    """Hypotheses for one gap, weighed from both sides; without a right side, from the left."""

    def __init__(
        self, left: ReadText, right: ReadText | None, before: Sequence[int], behind: Sequence[int]
    ) -> None:
        """`before` is the end of the left side, its last token first; `behind` the start of the right."""
        self._left, self._right, self._before, self._behind = left, right, before, behind

    def proposals(self, lengths: range, answers: Sequence[int], width: int) -> list[Ids]:
        """The beams of either side, each hypothesis once: for each length (at most 2 `width`, n)."""
        beams = [self._left.beam(lengths[-1], answers, width)]
        if self._right:
            backward = self._right.beam(lengths[-1], answers, width)
            beams.append({length: ids[:, ::-1] for length, ids in backward.items()})
        return [np.unique(np.concatenate([beam[length] for beam in beams]), axis=0) for length in lengths]

    def scores(self, hypotheses: Ids) -> Floats:
        """S of each hypothesis."""
        scores = self._left.log_probabilities(followed_by(hypotheses, self._behind))
        if self._right:
            scores += self._right.log_probabilities(followed_by(hypotheses[:, ::-1], self._before))
            scores /= 2
        return scores
