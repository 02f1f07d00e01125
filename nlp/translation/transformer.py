"""The Transformer of translation: attention within the source, within the target and between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Indices
from nlp.layers.attention import attention_forward, causal_bias, padding_bias
from nlp.layers.dropout import dropout_
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.feed_forward import (
    SQUARED_RELU,
    feed_forward_backward,
    feed_forward_forward,
    feed_forward_shapes,
)
from nlp.layers.initialize import uniform_
from nlp.layers.multi_head import (
    cross_attention_backward,
    cross_attention_forward,
    cross_attention_shapes,
    self_attention_backward,
    self_attention_forward,
    self_attention_shapes,
)
from nlp.layers.parameters import Parameters, Shapes
from nlp.layers.rms_norm import rms_norm_backward, rms_norm_forward
from nlp.layers.rotary import rotary_, rotary_turns
from nlp.layers.workspace import Workspace
from nlp.translation.network import Mask, Memory, TranslationNetwork, Written
from nlp.translation.pairs import PairBatch, SourceBatch

_SELF, _CROSS, _FED = "self", "cross", "ffn"


class Added(NamedTuple):
    """What a part of a layer leaves: its norm, itself, and what was left out of what it added."""

    norm: tuple[Floats, Floats]
    cache: Any
    mask: Mask


class Passed(NamedTuple):
    """What `read` or `write` leaves: the parts by name, the norm at the end, and what was left out."""

    parts: dict[str, Added]
    norm: tuple[Floats, Floats]
    inputs: Mask
    outputs: Mask


class TransformerNetwork(TranslationNetwork):
    """Layers of attention over the source; layers over the target, which also look at the source.

    Each part of a layer reads a normed copy of what is there, and adds to it. Places are told by rotation.

    Equation: x ← x + self(norm(x));   in the target x ← x + cross(norm(x), h̄);   x ← x + ffn(norm(x))
              h̄ = norm(x) of the source, o = norm(x) of the target
    Shapes:   x (B, S, H) and (B, T, H); the state (layers, n, t, 2H): keys, turned, and values of t places
    Source:   Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser & Polosukhin 2017, "Attention is all
              you need"; see `TransformerEncoder` for the norms
    """

    def shapes(self) -> Shapes:
        """The tensors of all layers, and the gains of the norms at their ends."""
        H = self.config.hidden
        found: dict[str, Sequence[int]] = {}
        gain: dict[str, tuple[int, ...]] = {"norm.gain": (H,)}
        parts: dict[str, dict[str, tuple[int, ...]]] = {
            _SELF: self_attention_shapes(H),
            _CROSS: cross_attention_shapes(H),
            _FED: feed_forward_shapes(H, self.config.ffn, biases=False),
        }
        for side in ("encoder", "decoder"):
            for part in self._parts(side):
                of_part = parts[part.rpartition(".")[2]] | gain
                found |= {f"{part}.{name}": shape for name, shape in of_part.items()}
            found[f"{side}.norm.gain"] = (H,)
        return found

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights; all layers together add about as much at the start as one alone would."""
        for name in self.parameters.shapes:
            w, tensor = self.parameters[name], name.rpartition(".")[2]
            if tensor == "gain":
                w[...] = 1
            elif tensor == "b":
                w[...] = 0
            else:
                spread = 3 / w.shape[1] if tensor == "E" else 6 / sum(w.shape)
                uniform_(w, math.sqrt(spread), generator)
            if tensor in {"O", "W2"}:
                w *= (2 * self.config.layers) ** -0.5

    def read(
        self, source: SourceBatch, workspace: Workspace, generator: np.random.Generator | None
    ) -> tuple[Memory, Passed]:
        """Let every place of the sources look at all others of its own."""
        bias = padding_bias(source.lengths, len(source.ids), self.parameters.flat.dtype)
        scope = workspace.scope("encoder")
        x = embedding_forward(self.parameters[self.source], source.ids.T, scope)
        h, passed = self._forward("encoder", x, bias, None, scope, generator)
        return Memory(h.swapaxes(0, 1), np.empty((len(h), 0), h.dtype), bias), passed

    def read_back(
        self, source: SourceBatch, cache: Passed, d_memory: Floats, g: Parameters, workspace: Workspace
    ) -> None:
        """Add the gradients of the layers over the source, and of its embedding."""
        dx = self._backward("encoder", d_memory, cache, g, workspace.scope("encoder"))[0]
        embedding_backward(g[self.source], dx.reshape(-1, dx.shape[2]), source.ids.T.reshape(-1))

    def write(
        self,
        batch: PairBatch,
        memory: Memory,
        workspace: Workspace,
        generator: np.random.Generator | None,
    ) -> Written:
        """Let every place of the targets look at those before it, and at the sources."""
        scope = workspace.scope("decoder")
        x = embedding_forward(self.parameters["E"], batch.inputs.T, scope)
        bias = causal_bias(x.shape[1], dtype=x.dtype)
        o, passed = self._forward("decoder", x, bias, memory, scope, generator)
        read_out = o.reshape(-1, o.shape[2]).take(batch.rows_of_texts, axis=0)
        last = passed.parts[f"decoder.{self.config.layers - 1}.{_CROSS}"].cache
        return Written(read_out, last.attended.weights.mean(axis=1), passed)

    def write_back(
        self,
        batch: PairBatch,
        memory: Memory,  # noqa: ARG002  what is needed of it is in the cache
        cache: Passed,
        d_read_out: Floats,
        g: Parameters,
        workspace: Workspace,
    ) -> Floats:
        """Add the gradients of the layers over the target; return that of the memory, (B, S, H)."""
        scope = workspace.scope("decoder")
        steps, texts = batch.inputs.shape
        do = scope("do", texts, steps, d_read_out.shape[1])
        do[...] = 0
        do.reshape(-1, do.shape[2])[batch.rows_of_texts] = d_read_out
        dx, d_memory = self._backward("decoder", do, cache, g, scope)
        embedding_backward(g["E"], dx.reshape(-1, dx.shape[2]), batch.inputs.T.reshape(-1))
        return d_memory

    def encode(self, source: SourceBatch, workspace: Workspace) -> Memory:
        """Read sources; what each layer of the target asks of them is computed once, (S, B, layers 2H)."""
        memory, _ = self.read(source, workspace, None)
        asked = [self.parameters[f"{part}.KV"] for part in self._parts("decoder") if part.endswith(_CROSS)]
        return memory._replace(h=memory.h @ np.concatenate(asked, axis=1))

    def start(self, memory: Memory) -> Floats:
        """Keys and values of no place."""
        shape = self.config.layers, memory.h.shape[1], 0, 2 * self.config.hidden
        return np.empty(shape, memory.h.dtype)

    def input_table(self) -> Floats:
        """The embedding."""
        return self.parameters["E"]

    def advance(
        self, table: Floats, ids: Indices, state: Floats, memory: Memory, workspace: Workspace
    ) -> tuple[Floats, Floats]:
        """Take the last place alone through all layers; the keys and values of those before are known."""
        p, H, heads, rows = self.parameters, self.config.hidden, self.config.heads, len(ids)
        x = table[ids]
        place = state.shape[2]
        turns = rotary_turns(place + 1, H // heads, x.dtype)[place:]
        after = np.empty((*state.shape[:2], place + 1, 2 * H), x.dtype)
        after[:, :, :place] = state
        for layer in range(self.config.layers):
            of_layer = f"decoder.{layer}"
            qkv = self._normed(f"{of_layer}.{_SELF}", x, workspace) @ p[f"{of_layer}.{_SELF}.QKV"]
            parts = qkv.reshape(rows, 1, 3, heads, -1)
            rotary_(parts[:, :, :2], turns)
            after[layer, :, place] = qkv[:, H:]
            q = parts[:, :, 0].swapaxes(1, 2)
            k, v = after[layer].reshape(rows, place + 1, 2, heads, -1).transpose(2, 0, 3, 1, 4)
            out, _ = attention_forward(q, k, v, None, workspace)
            x += out.reshape(rows, H) @ p[f"{of_layer}.{_SELF}.O"]
            sources = memory.h.shape[1]
            asked = self._normed(f"{of_layer}.{_CROSS}", x, workspace) @ p[f"{of_layer}.{_CROSS}.Q"]
            q = asked.reshape(sources, -1, heads, H // heads).swapaxes(1, 2)
            known = memory.h[..., 2 * H * layer : 2 * H * (layer + 1)]
            k, v = known.reshape(*known.shape[:2], 2, heads, -1).transpose(2, 1, 3, 0, 4)
            out, _ = attention_forward(q, k, v, memory.bias, workspace)
            x += out.reshape(rows, H) @ p[f"{of_layer}.{_CROSS}.O"]
            y = self._normed(f"{of_layer}.{_FED}", x, workspace)
            x += feed_forward_forward(p.scope(f"{of_layer}.{_FED}"), y, SQUARED_RELU, workspace)[0]
        return self._normed("decoder", x, workspace), after

    def _parts(self, side: str) -> list[str]:
        """The names of the parts of all layers of encoder or decoder."""
        kinds = (_SELF, _FED) if side == "encoder" else (_SELF, _CROSS, _FED)
        return [f"{side}.{layer}.{kind}" for layer in range(self.config.layers) for kind in kinds]

    def _normed(self, part: str, x: Floats, workspace: Workspace) -> Floats:
        return rms_norm_forward(self.parameters.scope(f"{part}.norm"), x, workspace.scope("norm"))[0]

    def _forward(
        self,
        side: str,
        x: Floats,
        bias: Floats,
        memory: Memory | None,
        workspace: Workspace,
        generator: np.random.Generator | None,
    ) -> tuple[Floats, Passed]:
        """Take x (B, T, H), overwritten, through all layers of encoder or decoder."""
        p, H, heads = self.parameters, self.config.hidden, self.config.heads
        turns = rotary_turns(x.shape[1], H // heads, x.dtype)
        inputs = self.left_out(x, workspace.scope("inputs"), generator)
        dropout_(x, inputs)
        parts: dict[str, Added] = {}
        for part in self._parts(side):
            scope, of_part = workspace.scope(part), p.scope(part)
            flat, norm = rms_norm_forward(p.scope(f"{part}.norm"), x.reshape(-1, H), scope.scope("norm"))
            y = flat.reshape(x.shape)
            cache: Any
            if part.endswith(_SELF):
                z, cache = self_attention_forward(of_part, y, heads, bias, scope, turns=turns)
            elif part.endswith(_FED) or memory is None:
                z, cache = feed_forward_forward(of_part, flat, SQUARED_RELU, scope)
            else:
                source = np.ascontiguousarray(memory.h.swapaxes(0, 1))
                z, cache = cross_attention_forward(of_part, y, source, heads, memory.bias, scope)
            added = z.reshape(-1, H)
            mask = self.left_out(added, scope.scope("outputs"), generator)
            x += dropout_(added, mask).reshape(x.shape)
            parts[part] = Added(norm, cache, mask)
        y, norm = rms_norm_forward(p.scope(f"{side}.norm"), x.reshape(-1, H), workspace.scope("norm"))
        outputs = self.left_out(y, workspace.scope("outputs"), generator)
        return dropout_(y, outputs).reshape(x.shape), Passed(parts, norm, inputs, outputs)

    def _backward(
        self, side: str, dy: Floats, cache: Passed, g: Parameters, workspace: Workspace
    ) -> tuple[Floats, Floats]:
        """Add the gradients of all layers; return those of x and, of a decoder, of the memory (B, S, H).

        Shapes: dy (B, T, H), overwritten
        """
        p, H, shape = self.parameters, self.config.hidden, dy.shape
        flat = dropout_(dy.reshape(-1, H), cache.outputs)
        end = f"{side}.norm"
        dx = rms_norm_backward(p.scope(end), g.scope(end), flat, cache.norm, workspace.scope("norm"))
        dx = dx.reshape(shape)
        d_memory = np.zeros(0, dy.dtype)
        for part in reversed(self._parts(side)):
            norm, of_part, mask = cache.parts[part]
            scope, tensors, gradients = workspace.scope(part), p.scope(part), g.scope(part)
            dz = scope("dz", *shape)
            dz[...] = dx
            dropout_(dz.reshape(-1, H), mask)
            if part.endswith(_SELF):
                d = self_attention_backward(tensors, gradients, dz, of_part, scope)
            elif part.endswith(_FED):
                d = feed_forward_backward(tensors, gradients, dz.reshape(-1, H), of_part, scope)
            else:
                d, of_source = cross_attention_backward(tensors, gradients, dz, of_part, scope)
                d_memory = d_memory + of_source if d_memory.size else of_source.copy()
            of_norm = p.scope(f"{part}.norm"), g.scope(f"{part}.norm")
            dx += rms_norm_backward(*of_norm, d.reshape(-1, H), norm, scope.scope("norm")).reshape(shape)
        return dropout_(dx, cache.inputs), d_memory
