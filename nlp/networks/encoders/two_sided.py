"""Two recurrent encoders that read towards a gap from either side."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.encoder import Encoder
from nlp.networks.encoders.recurrent import Pass, RecurrentEncoder

HIDDEN_SIDE = 0.05
"""The share of predictions in training that do not see the left side; as many do not see the right one."""


class TwoPasses(NamedTuple):
    """What a forward pass leaves for the backward pass.

    Attributes: `left`, `right`, of the two stacks; `sees_left`, `sees_right` (T, B, 1), 1 where a prediction
    has seen that side, else 0 (None: all have).
    """

    left: Pass
    right: Pass
    sees_left: Floats | None
    sees_right: Floats | None


class TwoSidedEncoder(Encoder):
    """For each token, all that stands before it and all that stands behind it: two stacks, joined at the end.

    The stacks read in opposite directions and never see each other's layers. Were their outputs joined
    between layers, as in a stacked bidirectional tagger, the second layer at a neighbour would have seen the
    token that is to be predicted, and would give the answer away.

    A batch is that of a language model, with one more token, the last to be predicted. The forward stack
    reads all tokens but the last one, and carries its state from window to window; the backward stack reads
    all but the first from the window's end, as if nothing stood behind it. So every token is predicted once
    an epoch, those at the end of a window from few tokens on their right, or none.

    In training some predictions see one side only, the other being zero. So the same weights are also a
    language model in either direction, which is needed to weigh candidates for gaps of several tokens.

    Equation: →h_t = stack(→h_{t-1}, x_t);   ←h_t = stack'(←h_{t+1}, x_t);   ←h behind the window = 0
              what predicts x_t is [→h_{t-1}; ←h_{t+1}]
    Shapes:   E (V, D), shared; the layers `forward.0` …, `backward.0` …; the state (L S, B, H), of the
              forward stack; the output (T, B, 2H)
    Source:   Schuster & Paliwal 1997, "Bidirectional recurrent neural networks"; Mousa & Schuller 2017,
              "Contextual bidirectional long short-term memory recurrent neural network language models"

    Attributes: `left`, the stack that reads what stands to the left of a token, forward; `right`, the other.
    """

    looks_ahead = True

    def __init__(self, config: LanguageModelConfig) -> None:
        self.left, self.right = RecurrentEncoder(config, "forward"), RecurrentEncoder(config, "backward")
        self.inputs, self.width = config.hidden, 2 * config.hidden

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of both stacks."""
        return self.left.shapes() | self.right.shapes()

    def initialize_(self, p: Parameters) -> None:
        """Set the biases of forget gates in both stacks."""
        self.left.initialize_(p)
        self.right.initialize_(p)

    def new_state(self, batch: int, dtype: np.dtype[Any]) -> Floats:
        """Zeros: nothing has been read from the left."""
        return self.left.new_state(batch, dtype)

    def forward(
        self,
        p: Parameters,
        ids: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, TwoPasses]:
        """Read on from `state` to the left, from nothing to the right; in training, hide sides.

        Shapes: ids (T + 1, B) -> (T, B, 2H): [→h of all before each of the last T; ←h of all behind it]
        """
        from_left, first = self.left.forward(p, ids[:-1], state, workspace.scope("forward"), generator)
        unread = self.right.new_state(ids.shape[1], state.dtype)
        behind = np.ascontiguousarray(ids[:0:-1])
        from_right, second = self.right.forward(p, behind, unread, workspace.scope("backward"), generator)
        h = workspace("joined", *from_left.shape[:2], self.width)
        left, right = self._halves(h)
        left[...] = from_left
        right[:-1] = from_right[-2::-1]
        right[-1] = 0
        if generator is None:
            return h, TwoPasses(first, second, None, None)
        seen = _drawn_sides(from_left.shape[:2], generator, workspace)
        left *= seen[0]
        right *= seen[1]
        return h, TwoPasses(first, second, *seen)

    def backward(
        self, p: Parameters, grad: Parameters, dh: Floats, cache: TwoPasses, workspace: Workspace
    ) -> None:
        """Add the gradients of both stacks and of the embedding. Shapes: dh (T, B, 2H), overwritten."""
        d_left, d_right = self._halves(dh)
        if cache.sees_left is not None and cache.sees_right is not None:
            d_left *= cache.sees_left
            d_right *= cache.sees_right
        of_stack = workspace("of_stack", *d_left.shape)
        of_stack[...] = d_left
        self.left.backward(p, grad, of_stack, cache.left, workspace.scope("forward"))
        of_stack[-1] = 0  # the backward stack's last output has read all tokens: it predicts none of them
        of_stack[-2::-1] = d_right[:-1]
        self.right.backward(p, grad, of_stack, cache.right, workspace.scope("backward"))

    def join(self, left: Floats | None, right: Floats | None, workspace: Workspace) -> Floats:
        """What the head gets of two sides; one of which nothing is known is None.

        Shapes: left, right (…, H), what the stacks make of either side -> (…, 2H), a buffer of `workspace`
        Raises: ValueError where neither side is known
        """
        known = left if left is not None else right
        if known is None:
            raise ValueError("neither side is known")
        h = workspace("joined", *known.shape[:-1], self.width)
        for half, side in zip(self._halves(h), (left, right), strict=True):
            half[...] = 0 if side is None else side
        return h

    def _halves(self, h: Floats) -> tuple[Floats, Floats]:
        """Views of what comes from the left and of what comes from the right: (…, 2H) -> (…, H) each."""
        return h[..., : self.left.width], h[..., self.left.width :]


def _drawn_sides(
    places: tuple[int, ...], generator: np.random.Generator, workspace: Workspace
) -> tuple[Floats, Floats]:
    """For each prediction, whether it sees its left side and whether its right: 1 or 0, never 0 for both.

    Shapes: (T, B) -> (T, B, 1) each
    """
    drawn = generator.random(places, dtype=np.float32)[..., None]
    left, right = workspace("sees_left", *drawn.shape), workspace("sees_right", *drawn.shape)
    np.greater_equal(drawn, HIDDEN_SIDE, out=left, casting="unsafe")
    np.less(drawn, 1 - HIDDEN_SIDE, out=right, casting="unsafe")
    return left, right
