"""The neural probabilistic language model: a hidden layer over the embeddings of the last few tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.initialize import uniform_
from nlp.layers.parameters import Parameters
from nlp.networks.output_layer import make_output
from nlp.networks.recurrent_stack import EMBEDDING_RANGE

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.data.batches import Batch
    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.workspace import Workspace
    from nlp.networks.config import LanguageModelConfig

_HIDDEN = "hidden"


class _Pass(NamedTuple):
    """What the backward pass needs.

    Attributes: `read` (n + T, B), ids; `x` (T B, n D), embeddings; `h` (T B, H); `x_mask`, `h_mask`, the
    dropout of both; `features`, what the output layer got: h, or [h; x] with direct connections.
    """

    read: Ids
    x: Floats
    h: Floats
    x_mask: Floats | None
    h_mask: Floats | None
    features: Floats


class FeedForward:
    """P(next token | the last n tokens), n being `context`: what the literature calls an (n+1)-gram model.

    Line ends stand in for the tokens before a text. Dropout is on the embeddings and on the hidden layer.

    Equation: x_t = [E[id_{t-n+1}]; …; E[id_t]];   h_t = tanh(W_h x_t + b_h)
              P(id_{t+1}) = softmax(W h_t + b),   or W [h_t; x_t] with direct connections
    Shapes:   E (V, D); `hidden.W` (n D, H), W_h transposed, and `hidden.b` (H,); the output layer's W (V, H)
              or (V, H + n D), b (V,); the state (n, B): the last ids of each stream, as floats
    Source:   Bengio, Ducharme, Vincent & Jauvin 2003, "A neural probabilistic language model", §2
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
        """Lay the model over flat vectors, or over zeros. Raises: ValueError if they are of another size."""
        self.config, self.vocabulary_size = config, vocabulary_size
        inputs = config.context * config.embed_dim
        self.output = make_output(config, vocabulary_size, config.hidden + config.direct * inputs)
        shapes: dict[str, tuple[int, ...]] = {
            "E": (vocabulary_size, config.embed_dim),
            f"{_HIDDEN}.W": (inputs, config.hidden),
            f"{_HIDDEN}.b": (config.hidden,),
        }
        self.parameters = Parameters(shapes | self.output.shapes(), dtype, parameters)
        self.statistics = Parameters({}, dtype, statistics)

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw every weight uniformly from ±`init_scale`; biases are zero.

        Without `init_scale`: ±0.1 for the embedding, and ±1/√n for a matrix that takes n inputs.
        """
        for name, w in self.parameters.views().items():
            if name.rpartition(".")[2].startswith("b"):
                w[...] = 0
                continue
            has_rows_of_tokens = name == "output.W" and self.config.softmax == "full"
            inputs = w.shape[1 if has_rows_of_tokens else 0]
            own = EMBEDDING_RANGE if name == "E" else inputs**-0.5
            uniform_(w, own if self.config.init_scale is None else self.config.init_scale, generator)

    def new_state(self, batch: int) -> Floats:
        """Line ends, number 0: what stands before a text."""
        return np.zeros((self.config.context, batch), self.parameters.flat.dtype)

    def loss_and_grad(
        self,
        batch: Batch,
        state: Floats,
        gradients: Parameters,
        observed: Parameters,  # noqa: ARG002 - it keeps no statistics
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> tuple[float, int]:
        """See `SequenceModel`."""
        forward = self._forward(batch.ids, state, workspace, generator)
        loss, d_features = self.output.loss_and_grad(
            self.parameters,
            gradients,
            forward.features,
            batch.targets.reshape(-1),
            batch.mask.reshape(-1),
            workspace.scope("output"),
        )
        self._backward(forward, d_features, gradients, workspace)
        return loss, int(np.count_nonzero(batch.mask))

    def loss(self, batch: Batch, state: Floats, workspace: Workspace) -> tuple[float, int]:
        """See `SequenceModel`."""
        features = self.hidden(batch.ids, state, workspace)
        targets, mask = batch.targets.reshape(-1), batch.mask.reshape(-1)
        loss = self.output.loss(self.parameters, features, targets, mask, workspace.scope("output"))
        return loss, int(np.count_nonzero(mask))

    def hidden(self, ids: Ids, state: Floats, workspace: Workspace) -> Floats:
        """The features of the output layer, without dropout; moves `state`.

        Shapes: ids (T, B) -> (T B, H), or (T B, H + n D) with direct connections
        """
        return self._forward(ids, state, workspace, None).features

    def _forward(
        self, ids: Ids, state: Floats, workspace: Workspace, generator: np.random.Generator | None
    ) -> _Pass:
        n, (steps, batch) = self.config.context, ids.shape
        read = np.concatenate((state.astype(ids.dtype), ids))
        state[...] = read[steps:]
        # (T, B, n): the tokens that each prediction is made from, the newest last.
        windows = np.lib.stride_tricks.sliding_window_view(read[1:], n, axis=0)
        x = embedding_forward(self.parameters["E"], windows, workspace).reshape(steps * batch, -1)
        x_mask = self._mask(x.shape, workspace.scope("x"), generator)
        h = dense_forward(self.parameters.scope(_HIDDEN), dropout_(x, x_mask), workspace.scope(_HIDDEN))
        np.tanh(h, out=h)
        h_mask = self._mask(h.shape, workspace.scope(_HIDDEN), generator)
        features = h
        if self.config.direct:
            features = np.concatenate(
                (h, x), axis=1, out=workspace("features", len(h), h.shape[1] + x.shape[1])
            )
        elif h_mask is not None:
            features = workspace("features", *h.shape)
            features[...] = h
        dropout_(features[:, : h.shape[1]], h_mask)
        return _Pass(read, x, h, x_mask, h_mask, features)

    def _backward(
        self, forward: _Pass, d_features: Floats, gradients: Parameters, workspace: Workspace
    ) -> None:
        _, x, h, x_mask, h_mask, _ = forward
        dh = workspace("dh", *h.shape)
        dh[...] = d_features[:, : h.shape[1]]
        dropout_(dh, h_mask)
        slope = np.multiply(h, h, out=workspace("slope", *h.shape))
        dh *= np.subtract(1.0, slope, out=slope)
        hidden = self.parameters.scope(_HIDDEN), gradients.scope(_HIDDEN)
        dx = dense_backward(*hidden, dh, x, workspace.scope(_HIDDEN))
        if self.config.direct:
            dx += d_features[:, h.shape[1] :]
        self._embedding_backward(forward.read, dropout_(dx, x_mask), gradients["E"], workspace)

    def _embedding_backward(self, read: Ids, dx: Floats, dE: Floats, workspace: Workspace) -> None:
        """Sum the gradients of each place of the text over the n windows that it is in, then by token."""
        n, (places, batch) = self.config.context, read.shape
        steps, dim = places - n, dE.shape[1]
        of_places = workspace("of_places", places - 1, batch, dim)
        of_places[...] = 0
        of_windows = dx.reshape(steps, batch, n, dim)
        for place in range(n):
            of_places[place : place + steps] += of_windows[:, :, place]
        embedding_backward(dE, of_places.reshape(-1, dim), read[1:].reshape(-1))

    def _mask(
        self, shape: tuple[int, ...], scope: Workspace, generator: np.random.Generator | None
    ) -> Floats | None:
        if generator is None or not self.config.dropout:
            return None
        return dropout_mask(shape, self.config.dropout, generator, scope)
