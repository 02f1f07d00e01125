"""Layers of self-attention stacked over an embedding: the encoder of a decoder-only Transformer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.attention import HIDDEN, causal_bias
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.feed_forward import (
    SQUARED_RELU,
    Fed,
    feed_forward_backward,
    feed_forward_forward,
    feed_forward_shapes,
)
from nlp.layers.multi_head import (
    SelfAttended,
    self_attention_backward,
    self_attention_forward,
    self_attention_shapes,
)
from nlp.layers.parameters import Parameters
from nlp.layers.rms_norm import rms_norm_backward, rms_norm_forward
from nlp.layers.rotary import Turns, rotary_turns
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.encoder import Encoder
from nlp.networks.transformer_config import TransformerConfig

_ATTENTION, _FEED_FORWARD = "attention", "ffn"
_NORM = "norm"
Normed = tuple[Floats, Floats]


class LayerPass(NamedTuple):
    """What a layer leaves for the way back: of each of its parts, its norm, itself and its dropout."""

    norms: tuple[Normed, Normed]
    attended: SelfAttended
    fed: Fed
    masks: tuple[Floats | None, Floats | None]


class Pass(NamedTuple):
    """What a forward pass leaves: `ids` (T, B); the dropout `mask` of the embedding; each layer; the norm."""

    ids: Ids
    mask: Floats | None
    layers: list[LayerPass]
    norm: Normed


class TransformerEncoder(Encoder):
    """The layers `layer.0`, `layer.1` …; each adds what attention finds, then what a dense part makes.

    A place sees the `context` places before it in each layer: those of the same window, and those of the
    windows before it, whose keys and values are the state. So a text is read the same however it is cut, and
    what a place knows reaches `layers` times as far. Dropout is on the embedding and on what is added.

    Equation: x⁰_t = E[id_t];   y = xˡ⁻¹ + attention(norm(xˡ⁻¹));   xˡ = y + ffn(norm(y));   h = norm(x^L)
    Shapes:   E (V, D); the state (2 L C + 1, B, D): of each layer, keys of the last C = `context` places and
              then their values; its last row begins with how many places there are, which may be fewer
    Source:   Vaswani et al. 2017, "Attention is all you need"; the norm before each part, and one at the end:
              Radford, Wu, Child, Luan, Amodei & Sutskever 2019, "Language models are unsupervised multitask
              learners", §2.3; the state: Dai, Yang, Yang, Carbonell, Le & Salakhutdinov 2019,
              "Transformer-XL: attentive language models beyond a fixed-length context", §3.2
    """

    def __init__(self, config: TransformerConfig) -> None:
        self.config, self.width = config, config.dim
        self._layers = [f"layer.{number}" for number in range(config.layers)]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of all layers, and of the norm at the end."""
        width, norm = self.config.dim, {f"{_NORM}.gain": (self.config.dim,)}
        parts: dict[str, dict[str, tuple[int, ...]]] = {
            _ATTENTION: self_attention_shapes(width) | norm,
            _FEED_FORWARD: feed_forward_shapes(width, self.config.ffn, biases=False) | norm,
        }
        shapes = {
            f"{layer}.{part}.{name}": shape
            for layer in self._layers
            for part, of_part in parts.items()
            for name, shape in of_part.items()
        }
        return shapes | norm

    def initialize_(self, p: Parameters) -> None:
        """Set gains to 1, and what the parts of layers add to 0: at the start vectors go through unchanged.

        Source: Zhang, Dauphin & Ma 2019, "Fixup initialization: residual learning without normalization", §3
        """
        for name in p.shapes:
            if name.endswith("gain"):
                p[name][...] = 1
            elif name.endswith((".O", ".W2")):
                p[name][...] = 0

    def new_state(self, batch: int, dtype: np.dtype[Any]) -> Floats:
        """Zeros: nothing has been read."""
        return np.zeros((2 * self.config.layers * self.config.context + 1, batch, self.config.dim), dtype)

    def forward(
        self,
        p: Parameters,
        ids: Ids,
        state: Floats,
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, Pass]:
        """Read on from `state`, which is moved; with a `generator`, dropout is drawn.

        Shapes: ids (T, B) -> h (T, B, D), a buffer of `workspace` that must not be written
        """
        (steps, batch), width = ids.shape, self.config.dim
        x = embedding_forward(p["E"], ids.T, workspace)
        mask = self._dropped_(x, workspace.scope("embedding"), generator)
        bias, turns = self._places(steps, state)
        memories = state[:-1].reshape(len(self._layers), 2, -1, batch, width).transpose(0, 3, 2, 1, 4)
        layers = []
        for layer, memory in zip(self._layers, memories, strict=True):
            attention, ffn = f"{layer}.{_ATTENTION}", f"{layer}.{_FEED_FORWARD}"
            scope = workspace.scope(attention)
            y, first_norm = self._normed(p, attention, x, scope)
            y, attended = self_attention_forward(
                p.scope(attention),
                y,
                self.config.heads,
                bias,
                scope,
                turns=turns,
                memory=memory,
                reach=self.config.context + 1,
            )
            first_mask = self._dropped_(y, scope, generator)
            x += y
            scope = workspace.scope(ffn)
            y, second_norm = self._normed(p, ffn, x, scope)
            flat, fed = feed_forward_forward(p.scope(ffn), y.reshape(-1, width), SQUARED_RELU, scope)
            y = flat.reshape(x.shape)
            second_mask = self._dropped_(y, scope, generator)
            x += y
            layers.append(LayerPass((first_norm, second_norm), attended, fed, (first_mask, second_mask)))
        y, norm = self._normed(p, "", x, workspace)
        h = workspace("h", steps, batch, width)
        h[...] = y.swapaxes(0, 1)
        return h, Pass(ids, mask, layers, norm)

    def backward(
        self, p: Parameters, grad: Parameters, dh: Floats, cache: Pass, workspace: Workspace
    ) -> None:
        """Add the gradients of the layers and of the embedding. Shapes: dh (T, B, D)."""
        steps, batch, width = dh.shape
        d = workspace("d", batch, steps, width)
        d[...] = dh.swapaxes(0, 1)
        dx = self._normed_backward(p, grad, "", d, cache.norm, workspace)
        for layer, of_layer in zip(reversed(self._layers), reversed(cache.layers), strict=True):
            attention, ffn = f"{layer}.{_ATTENTION}", f"{layer}.{_FEED_FORWARD}"
            scope = workspace.scope(ffn)
            dy = self._masked(dx, of_layer.masks[1], workspace).reshape(-1, width)
            d = feed_forward_backward(p.scope(ffn), grad.scope(ffn), dy, of_layer.fed, scope)
            dx += self._normed_backward(p, grad, ffn, d.reshape(dx.shape), of_layer.norms[1], scope)
            scope = workspace.scope(attention)
            dy = self._masked(dx, of_layer.masks[0], workspace)
            d = self_attention_backward(
                p.scope(attention), grad.scope(attention), dy, of_layer.attended, scope
            )
            dx += self._normed_backward(p, grad, attention, d, of_layer.norms[0], scope)
        dropout_(dx, cache.mask)
        embedding_backward(grad["E"], dx.reshape(-1, width), cache.ids.T.reshape(-1))

    def _places(self, steps: int, state: Floats) -> tuple[Floats, Turns]:
        """What the places of a window may see, and their turns; counts them in the state."""
        context, known = self.config.context, state[-1, :, 0]
        bias, turns = _window(steps, context, self.config.dim // self.config.heads, state.dtype.str)
        if known.min() < context:
            absent = np.arange(context + steps) < context - known[:, None]
            bias = np.where(absent[:, None, None], state.dtype.type(HIDDEN), bias)
        np.minimum(known + steps, context, out=known)
        return bias, turns

    def _normed(self, p: Parameters, part: str, x: Floats, scope: Workspace) -> tuple[Floats, Normed]:
        """What a part reads: (B, T, D) -> (B, T, D)."""
        y, cache = rms_norm_forward(p.scope(_norm_of(part)), x.reshape(-1, x.shape[2]), scope.scope(_NORM))
        return y.reshape(x.shape), cache

    def _normed_backward(
        self, p: Parameters, grad: Parameters, part: str, dy: Floats, cache: Normed, scope: Workspace
    ) -> Floats:
        norm, flat = _norm_of(part), dy.reshape(-1, dy.shape[2])
        return rms_norm_backward(p.scope(norm), grad.scope(norm), flat, cache, scope.scope(_NORM)).reshape(
            dy.shape
        )

    def _dropped_(self, x: Floats, scope: Workspace, generator: np.random.Generator | None) -> Floats | None:
        """Drop in place; return the mask, if there is one."""
        if generator is None or not self.config.dropout:
            return None
        mask = dropout_mask(x.shape, self.config.dropout, generator, scope)
        dropout_(x, mask)
        return mask

    def _masked(self, d: Floats, mask: Floats | None, workspace: Workspace) -> Floats:
        """The gradient of what was dropped, in a buffer of its own, or `d` itself where nothing was."""
        return d if mask is None else np.multiply(d, mask, out=workspace("masked", *d.shape))


def _norm_of(part: str) -> str:
    """Where the tensors of a part's norm are; of no part: that at the end."""
    return f"{part}.{_NORM}" if part else _NORM


@lru_cache(maxsize=16)
def _window(steps: int, context: int, width: int, dtype: str) -> tuple[Floats, Turns]:
    """The bias of a window behind a full context, and the turns of both, not to be written."""
    kept = (
        causal_bias(steps, context, dtype=dtype, reach=context + 1),
        rotary_turns(context + steps, width, dtype),
    )
    for array in kept:
        array.flags.writeable = False
    return kept
