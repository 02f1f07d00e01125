"""Filling gaps with a bidirectional model, which sees both sides at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.decoding.filling import BEAM, HORIZON, ReadText, followed_by, ranked
from nlp.decoding.gaps import Candidate, Searched
from nlp.decoding.network_predictor import NetworkPredictor
from nlp.layers.arrays import Floats, Ids
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.two_sided import TwoSidedEncoder
from nlp.networks.network import Network
from nlp.text.vocabulary import Vocabulary


class OneSide(NetworkPredictor):
    """One of the two stacks of a bidirectional network, the other side unknown.

    The backward one reads a text from its end and predicts the token before.
    """

    def __init__(
        self,
        network: Network,
        encoder: TwoSidedEncoder,
        vocabulary: Vocabulary,
        *,
        backward: bool = False,
    ) -> None:
        """Predict by a network with this encoder."""
        super().__init__(network, vocabulary)
        self._encoder, self._backward = encoder, backward
        self._stack = encoder.right if backward else encoder.left

    def seen(self, text: Sequence[int]) -> Floats:
        """What the stack makes of a text of at least one token: (1, H)."""
        state = self.start(1)
        self._stack.forward(self._p, np.array(text, np.int32)[:, None], state, self._workspace)
        return self._stack.output_of(state)

    def _read(self, state: Floats, ids: Ids) -> Floats:
        h, _ = self._stack.forward(self._p, ids, state, self._workspace)
        left, right = (None, h) if self._backward else (h, None)
        return self._encoder.join(left, right, self._workspace)


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
        self, network: Network, vocabulary: Vocabulary, beam: int = BEAM, horizon: int = HORIZON
    ) -> None:
        """Fill by a bidirectional network. Raises: TypeError for another."""
        encoder = network.encoder
        if not isinstance(encoder, TwoSidedEncoder):
            raise TypeError(f"{type(encoder).__name__} does not read from both sides")
        self.vocabulary = vocabulary
        self._network, self._encoder, self._beam, self._horizon = network, encoder, beam, horizon
        self._forward = OneSide(network, encoder, vocabulary)
        self._backward = OneSide(network, encoder, vocabulary, backward=True)
        self._workspace = Workspace(network.parameters.flat.dtype)
        self.searched: list[Searched] = []

    def candidates(
        self, left: Sequence[int], right: Sequence[int], lengths: range, answers: Sequence[int], k: int
    ) -> list[Candidate]:
        """The `k` best candidates for what stands between two texts, as every `Filler` has them."""
        self.searched = [Searched(1, len(answers), len(answers))] if lengths[0] == 1 else []
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
        self.searched += [
            Searched(length, len(ids), len(answers) ** length)
            for length, ids in zip(lengths, proposals, strict=True)
            if length > 1
        ]
        if lengths[0] == 1:
            share = np.logaddexp.reduce(scores[0])
            proposals[0], scores[0] = singles, of_singles - np.logaddexp.reduce(of_singles) + share
        return ranked(proposals, scores, k)

    def _between(self, left: Sequence[int], right: Sequence[int]) -> Floats:
        """Log P of each token between two texts."""
        from_left = self._forward.seen(left)
        from_right = self._backward.seen(right[::-1]) if right else None
        h = self._encoder.join(from_left, from_right, self._workspace)
        log_p: Floats = self._network.head.log_probabilities(self._network.parameters, h, self._workspace)[0]
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
