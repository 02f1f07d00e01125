"""The fill-in-the-blank model: a token from all that stands to its left and all that stands to its right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.errors import InputError
from nlp.layers.parameters import Parameters
from nlp.networks.output_layer import make_output
from nlp.networks.recurrent_stack import RecurrentStack, initialize_

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.data.batches import Batch
    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.workspace import Workspace
    from nlp.networks.config import LanguageModelConfig
    from nlp.networks.recurrent_stack import Pass

HIDDEN_SIDE = 0.05
"""The share of predictions in training that do not see the left side; as many do not see the right one."""


class FillModel:
    """P(token | all before it, all behind it), by two stacks that meet only at the output.

    The stacks read in opposite directions and never see each other's layers. Were their outputs joined
    between layers, as in a stacked bidirectional tagger, the second layer at a neighbour would have seen the
    token that is to be predicted, and would give the answer away.

    A batch is that of a language model, where `targets` are `ids` moved on by one token. The forward stack
    reads `ids` and carries its state from window to window; the backward stack reads `targets` from the
    window's end, as if nothing stood behind it. So every token is predicted once an epoch, those at the end
    of a window from few tokens on their right, or none.

    In training some predictions see one side only, the other being zero. So the same weights are also a
    language model in either direction, which is needed to weigh candidates for gaps of several tokens.

    Equation: →h_t = stack(→h_{t-1}, x_t);   ←h_t = stack'(←h_{t+1}, x_t);   ←h behind the window = 0
              P(x_t | others) = softmax(W [→h_{t-1}; ←h_{t+1}] + b)
    Shapes:   E (V, D), shared; the layers `forward.0` …, `backward.0` …; the output's W (V, 2H), b (V,); the
              state (L S, B, H), of the forward stack
    Source:   Schuster & Paliwal 1997, "Bidirectional recurrent neural networks"; Mousa & Schuller 2017,
              "Contextual bidirectional long short-term memory recurrent neural network language models"
    """

    def __init__(
        self,
        config: LanguageModelConfig,
        vocabulary_size: int,
        *,
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
        statistics: Floats | None = None,
    ) -> None:
        """Lay the model over flat vectors, or over zeros.

        Raises: ValueError if they are of another size; InputError for batch normalisation
        """
        if config.norm != "none":
            raise InputError(
                f"norm is {config.norm!r}, but batch normalisation averages over the very tokens that a "
                f"bidirectional model is to fill in; leave it out"
            )
        self.config, self.vocabulary_size = config, vocabulary_size
        self.forward = RecurrentStack(config, "forward")
        self.backward = RecurrentStack(config, "backward")
        self.output = make_output(config, vocabulary_size, 2 * config.hidden)
        embedding = {"E": (vocabulary_size, config.embed_dim)}
        layers = self.forward.shapes() | self.backward.shapes()
        self.parameters = Parameters(embedding | layers | self.output.shapes(), dtype, parameters)
        self.statistics = Parameters({}, dtype, statistics)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw every weight as for a language model."""
        initialize_(self.parameters, self.config, generator)

    def new_state(self, batch: int) -> Floats:
        """Zeros: nothing has been read."""
        return self.forward.new_state(batch, self.parameters.flat.dtype)

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        observed: Parameters,  # noqa: ARG002 - it keeps no statistics
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        """See `SequenceModel`; some predictions see one side only."""
        p, places = self.parameters, batch.ids.shape
        h, passes = self._read(batch.ids, batch.targets, state, workspace, generator)
        seen = _drawn_sides(places, generator, workspace)
        left, right = self._halves(h)
        left *= seen[0]
        right *= seen[1]
        targets, mask = batch.targets.reshape(-1), batch.mask.reshape(-1)
        flat, of_output = h.reshape(targets.size, -1), workspace.scope("output")
        loss, dh = self.output.loss_and_grad(p, gradients, flat, targets, mask, of_output)
        d_left, d_right = self._halves(dh.reshape(h.shape))
        of_stack = workspace("of_stack", *left.shape)
        np.multiply(d_left, seen[0], out=of_stack)
        self.forward.backward(p, gradients, of_stack, passes[0], workspace.scope("forward"))
        of_stack[-1] = 0  # the backward stack's last output has read all targets: it predicts none of them
        np.multiply(d_right[:-1], seen[1][:-1], out=of_stack[-2::-1])
        self.backward.backward(p, gradients, of_stack, passes[1], workspace.scope("backward"))
        return loss, int(np.count_nonzero(mask))

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """See `SequenceModel`: every prediction sees both sides."""
        h, _ = self._read(batch.ids, batch.targets, state, workspace, None)
        targets, mask = batch.targets.reshape(-1), batch.mask.reshape(-1)
        flat, of_output = h.reshape(targets.size, -1), workspace.scope("output")
        return self.output.loss(self.parameters, flat, targets, mask, of_output), int(np.count_nonzero(mask))

    def log_probabilities(self, left: Floats | None, right: Floats | None, workspace: Workspace) -> Floats:
        """Log P(token between) of every token, in nats; a side of which nothing is known is None.

        Shapes: left, right (N, H), what the stacks make of either side -> (N, V), a buffer of `workspace`
        Raises: ValueError where neither side is known
        """
        known = left if left is not None else right
        if known is None:
            raise ValueError("neither side is known")
        h = workspace("joined", len(known), 2 * self.config.hidden)
        for half, side in zip(self._halves(h), (left, right), strict=True):
            half[...] = 0 if side is None else side
        log_p: Floats = self.output.log_probabilities(self.parameters, h, workspace.scope("output"))
        return log_p

    def _read(
        self,
        ids: Ids,
        targets: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None,
    ) -> tuple[Floats, tuple[Pass, Pass]]:
        """What predicts each target, and what both stacks leave for the backward pass.

        Shapes: ids, targets (T, B) -> (T, B, 2H): [→h of all before the target; ←h of all behind it]
        """
        p = self.parameters
        from_left, first = self.forward.forward(p, ids, state, workspace.scope("forward"), generator)
        unread = self.backward.new_state(ids.shape[1], p.flat.dtype)
        from_right, second = self.backward.forward(
            p, np.ascontiguousarray(targets[::-1]), unread, workspace.scope("backward"), generator
        )
        h = workspace("joined", *ids.shape, 2 * self.config.hidden)
        left, right = self._halves(h)
        left[...] = from_left
        right[:-1] = from_right[-2::-1]
        right[-1] = 0
        return h, (first, second)

    def _halves(self, h: Floats) -> tuple[Floats, Floats]:
        """Views of what comes from the left and of what comes from the right: (…, 2H) -> (…, H) each."""
        hidden = self.config.hidden
        return h[..., :hidden], h[..., hidden:]


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
