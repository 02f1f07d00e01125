"""A hidden layer over the embeddings of the last few tokens."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.config import LanguageModelConfig
from nlp.networks.encoders.encoder import Encoder

_HIDDEN = "hidden"


class _Pass(NamedTuple):
    """What the backward pass needs.

    Attributes: `read` (n + T, B), ids; `x` (T B, n D), embeddings; `h` (T B, H); `x_mask`, `h_mask`, the
    dropout of both.
    """

    read: Ids
    x: Floats
    h: Floats
    x_mask: Floats | None
    h_mask: Floats | None


class WindowEncoder(Encoder):
    """The encoder of the neural probabilistic language model: it knows the last n tokens, n being `context`.

    With it a network is what the literature calls an (n+1)-gram model. Line ends stand in for the tokens
    before a text. Dropout is on the embeddings and on the hidden layer.

    Equation: x_t = [E[id_{t-n+1}]; …; E[id_t]];   h_t = tanh(W_h x_t + b_h)
              the output is h_t, or [h_t; x_t] with direct connections
    Shapes:   E (V, D); `hidden.W` (n D, H), W_h transposed, and `hidden.b` (H,); the state (n, B): the last
              ids of each stream, as floats
    Source:   Bengio, Ducharme, Vincent & Jauvin 2003, "A neural probabilistic language model", §2
    """

    def __init__(self, config: LanguageModelConfig) -> None:
        self.config, self._window = config, config.context * config.embed_dim
        self.width = config.hidden + config.direct * self._window

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the hidden layer."""
        hidden = self.config.hidden
        return {f"{_HIDDEN}.W": (self._window, hidden), f"{_HIDDEN}.b": (hidden,)}

    def new_state(self, batch: int, dtype: np.dtype[Any]) -> Floats:
        """Line ends, number 0: what stands before a text."""
        return np.zeros((self.config.context, batch), dtype)

    def forward(
        self,
        p: Parameters,
        ids: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, _Pass]:
        """Read on from `state`, which is moved; with a `generator`, dropout is drawn.

        Shapes: ids (T, B) -> (T, B, H), or (T, B, H + n D) with direct connections
        """
        n, (steps, batch) = self.config.context, ids.shape
        read = np.concatenate((state.astype(ids.dtype), ids))
        state[...] = read[steps:]
        # (T, B, n): the tokens that each prediction is made from, the newest last.
        windows = np.lib.stride_tricks.sliding_window_view(read[1:], n, axis=0)
        x = embedding_forward(p["E"], windows, workspace).reshape(steps * batch, -1)
        x_mask = self._mask(x.shape, workspace.scope("x"), generator)
        h = dense_forward(p.scope(_HIDDEN), dropout_(x, x_mask), workspace.scope(_HIDDEN))
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
        return features.reshape(steps, batch, -1), _Pass(read, x, h, x_mask, h_mask)

    def backward(
        self, p: Parameters, grad: Parameters, dh: Floats, cache: _Pass, workspace: Workspace
    ) -> None:
        """Add the gradients of the hidden layer and of the embedding. Shapes: dh as `forward` returned h."""
        read, x, h, x_mask, h_mask = cache
        d_features = dh.reshape(len(h), -1)
        dh = workspace("dh", *h.shape)
        dh[...] = d_features[:, : h.shape[1]]
        dropout_(dh, h_mask)
        slope = np.multiply(h, h, out=workspace("slope", *h.shape))
        dh *= np.subtract(1.0, slope, out=slope)
        dx = dense_backward(p.scope(_HIDDEN), grad.scope(_HIDDEN), dh, x, workspace.scope(_HIDDEN))
        if self.config.direct:
            dx += d_features[:, h.shape[1] :]
        self._embedding_backward(read, dropout_(dx, x_mask), grad["E"], workspace)

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
