"""Recurrent networks of translation: one reads a source from both ends, one looks at it while it writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Indices, Tensors
from nlp.layers.attention import Attended, attention_backward, attention_forward, padding_bias
from nlp.layers.both_ways import BothTraces
from nlp.layers.cells import make_cell
from nlp.layers.cells.cell import Link
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.dropout import dropout_
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.initialize import orthogonal_, uniform_
from nlp.layers.parameters import Parameters, Shapes
from nlp.layers.recurrent import Trace, recurrent_backward, recurrent_forward
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.bidirectional import BidirectionalLayer
from nlp.translation.config import NONE, TranslationConfig
from nlp.translation.network import Mask, Memory, TranslationNetwork, Written
from nlp.translation.pairs import PairBatch, SourceBatch


class Read(NamedTuple):
    """What `read` leaves for its way back: the trace of the layer, what was left out before and after."""

    trace: BothTraces
    inputs: Mask
    outputs: Mask


class Scanned(NamedTuple):
    """What `write` leaves for its way back; what is read out is `tanh` without what was left out."""

    trace: Trace[Floats]
    start: Floats
    attended: Attended | None
    joined: Floats
    tanh: Floats
    inputs: Mask
    outputs: Mask


class RecurrentNetwork(TranslationNetwork):
    """A two-sided recurrent encoder, and a recurrent decoder with attention.

    Attention stands outside the recurrence: it looks from the state of every step at once, and what it finds
    goes into the prediction alone. So the decoder is one scan, and attention three products a batch.

    Equation: h̄ = encoder(x);   s_0 = tanh(W_start [→h̄_S; ←h̄_1]);   s_t = cell(E[y_{t-1}], s_{t-1})
              a_t = softmax_s(s_tᵀ W_score h̄_s);   c_t = Σ_s a_ts h̄_s;   o_t = tanh(W_readout [s_t; c_t] + b)
    Shapes:   h̄ (S, B, 2H), the ends (B, 2H); an LSTM's memory starts as s_0 does
    Source:   Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine
              translation", §3.1 (score "general"), without input feeding
    """

    def __init__(
        self,
        config: TranslationConfig,
        sizes: tuple[int, int],
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
    ) -> None:
        """Lay the network over a vector, or over zeros. Raises: ValueError, as `TranslationNetwork`."""
        self._cell = make_cell(config.cell)
        self._memory, self._attends = 2 * config.hidden, config.attention != NONE
        self._encoder = BidirectionalLayer(self._cell, "encoder", config.hidden, config.hidden)
        super().__init__(config, sizes, dtype, parameters)

    def shapes(self) -> Shapes:
        """The tensors of encoder, decoder, start, score and readout."""
        H, starts = self.config.hidden, self._cell.states * self.config.hidden
        shapes: dict[str, Sequence[int]] = dict(self._encoder.shapes())
        shapes |= {f"decoder.{name}": shape for name, shape in self._cell.shapes(H, H).items()}
        shapes |= {"start.W": (self._memory, starts), "start.b": (starts,)}
        shapes |= {"score.W": (H, self._memory)} if self._attends else {}
        return shapes | {
            "readout.W": (H + self._memory if self._attends else H, H),
            "readout.b": (H,),
        }

    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights: recurrent ones orthogonal, the others so that signals keep their size.

        Source: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural
                networks"
        """
        for name in self.parameters.shapes:
            w, tensor = self.parameters[name], name.rpartition(".")[2]
            if tensor == "E":
                uniform_(w, math.sqrt(3 / w.shape[1]), generator)
            elif tensor == "U":
                orthogonal_(w, generator)
            elif tensor == "W":
                uniform_(w, math.sqrt(6 / sum(w.shape[-2:])), generator)
            else:
                w[...] = 0
        self._encoder.initialize_(self.parameters)
        if self._cell.forget is not None:
            self.parameters["decoder.b"][self._cell.forget] = 1

    def start(self, memory: Memory) -> Floats:
        """The state of the decoder before its first step, (states, B, H)."""
        p = self.parameters
        start = np.tanh(memory.ends @ p["start.W"] + p["start.b"])
        parts = start.reshape(len(start), self._cell.states, -1)
        return np.ascontiguousarray(parts.swapaxes(0, 1))

    def input_table(self) -> Floats:
        """W x + b of the decoder for each piece of the target, (gates, V, H): what `step` looks up."""
        p = self.parameters
        table: Floats = np.matmul(p["E"], p["decoder.W"]) + p["decoder.b"][:, None]
        return table

    def advance(
        self, table: Floats, ids: Indices, state: Floats, memory: Memory, workspace: Workspace
    ) -> tuple[Floats, Floats]:
        """Take one step of the cell, and look at the sources. Shapes: state (states, n, H)."""
        cell, p, rows, H = self._cell, self.parameters, len(ids), self.config.hidden
        z = table[:, ids]
        after = np.empty_like(state)
        saved, scratch = workspace("saved", cell.saved, rows, H), workspace("scratch", cell.scratch, rows, H)
        cell.forward(Link(p.scope("decoder")), z, state, after, saved, scratch)
        h, joined = after[0], after[0]
        if self._attends:
            sources = memory.h.shape[1]
            queries = h.reshape(sources, -1, H).swapaxes(0, 1)
            joined = np.empty((rows, H + self._memory), h.dtype)
            joined[:, :H] = h
            context = self._attend(queries, memory, workspace.scope("attention")).out
            joined[:, H:] = context.reshape(rows, -1)
        return np.tanh(dense_forward(p.scope("readout"), joined, workspace.scope("readout"))), after

    def read(
        self, source: SourceBatch, workspace: Workspace, generator: np.random.Generator | None
    ) -> tuple[Memory, Read]:
        """Read sources from both of their ends."""
        scope = workspace.scope("encoder")
        x = embedding_forward(self.parameters[self.source], source.ids, scope)
        inputs = self.left_out(x, scope.scope("inputs"), generator)
        h, ends, trace = self._encoder.forward(self.parameters, dropout_(x, inputs), source.active, scope)
        outputs = self.left_out(h, scope.scope("outputs"), generator)
        bias = padding_bias(source.lengths, len(h), h.dtype)
        return Memory(dropout_(h, outputs), ends, bias), Read(trace, inputs, outputs)

    def read_back(
        self,
        source: SourceBatch,
        cache: Read,
        d_memory: tuple[Floats | None, Floats],
        g: Parameters,
        workspace: Workspace,
    ) -> None:
        """Add the gradients of encoder and embedding."""
        dh, d_ends = d_memory
        if dh is not None:
            dropout_(dh, cache.outputs)
        scope = workspace.scope("encoder")
        dx = self._encoder.backward(self.parameters, g, dh, d_ends, cache.trace, scope)
        rows = dropout_(dx, cache.inputs).reshape(-1, dx.shape[2])
        embedding_backward(g[self.source], rows, source.ids.reshape(-1))

    def write(
        self,
        batch: PairBatch,
        memory: Memory,
        workspace: Workspace,
        generator: np.random.Generator | None,
    ) -> Written:
        """Scan the targets, and look at the sources from all of their places at once."""
        p, H, scope = self.parameters, self.config.hidden, workspace.scope("decoder")
        x = embedding_forward(p["E"], batch.inputs, scope)
        inputs = self.left_out(x, scope.scope("inputs"), generator)
        start = self.start(memory)
        h, trace = recurrent_forward(self._cell, p.scope("decoder"), dropout_(x, inputs), start.copy(), scope)
        steps, texts, _ = h.shape
        joined, attended = scope("joined", len(batch.rows), p["readout.W"].shape[0]), None
        joined[:, :H] = h.reshape(-1, H).take(batch.rows, axis=0)
        if self._attends:
            attended = self._attend(h, memory, workspace.scope("attention"))
            t, b = np.divmod(batch.rows, texts)
            joined[:, H:] = attended.out.reshape(texts * steps, -1).take(b * steps + t, axis=0)
        read_out = tanh = dense_forward(p.scope("readout"), joined, scope.scope("readout"))
        np.tanh(tanh, out=tanh)
        outputs = self.left_out(tanh, scope.scope("outputs"), generator)
        if outputs is not None:
            read_out = np.multiply(tanh, outputs, out=scope("dropped", *tanh.shape))
        weights = None if attended is None else attended.weights[:, 0]
        return Written(read_out, weights, Scanned(trace, start, attended, joined, tanh, inputs, outputs))

    def write_back(
        self,
        batch: PairBatch,
        memory: Memory,
        cache: Scanned,
        d_read_out: Floats,
        g: Parameters,
        workspace: Workspace,
    ) -> tuple[Floats | None, Floats]:
        """Add the gradients of the decoder; return those of the memory, (S, B, 2H), and of its ends."""
        p, H, scope = self.parameters, self.config.hidden, workspace.scope("decoder")
        dropout_(d_read_out, cache.outputs)
        d_read_out *= 1 - np.square(cache.tanh)
        d_joined = dense_backward(
            p.scope("readout"), g.scope("readout"), d_read_out, cache.joined, scope.scope("readout")
        )
        steps, texts = batch.inputs.shape
        dh = scope("dh", steps, texts, H)
        dh[...] = 0
        dh.reshape(-1, H)[batch.rows] = d_joined[:, :H]
        d_memory = None
        if attended := cache.attended:
            d_context = scope("d_context", texts, steps, 1, self._memory)
            d_context[...] = 0
            t, b = np.divmod(batch.rows, texts)
            d_context.reshape(texts * steps, -1)[b * steps + t] = d_joined[:, H:]
            d_memory = self._attend_back(
                d_context, dh, memory, attended, cache.trace, g, workspace.scope("attention")
            )
        d_state = np.zeros_like(cache.start)
        dx = recurrent_backward(
            self._cell, p.scope("decoder"), g.scope("decoder"), dh, cache.trace, scope, d_state=d_state
        )
        dropout_(dx, cache.inputs)
        embedding_backward(g["E"], dx.reshape(-1, H), batch.inputs.reshape(-1))
        d_state *= 1 - np.square(cache.start)
        d_start = np.ascontiguousarray(d_state.swapaxes(0, 1)).reshape(texts, -1)
        d_ends = dense_backward(
            p.scope("start"), g.scope("start"), d_start, memory.ends, scope.scope("start")
        )
        return d_memory, d_ends

    def _attend(self, h: Floats, memory: Memory, workspace: Workspace) -> Attended:
        """Look at the memory from some states: (T, B, H) -> `out` (B, T, 1, 2H).

        The score has no factor of 1/√d, so queries are multiplied by its inverse.
        """
        steps, texts, H = h.shape
        q = workspace("q", steps, texts, self._memory)
        np.matmul(h.reshape(-1, H), self.parameters["score.W"], out=q.reshape(-1, self._memory))
        q *= math.sqrt(self._memory)
        keys = memory.h.swapaxes(0, 1)[:, None]
        return attention_forward(q.swapaxes(0, 1)[:, None], keys, keys, memory.bias, workspace)[1]

    def _attend_back(
        self,
        d_context: Floats,
        dh: Floats,
        memory: Memory,
        attended: Attended,
        trace: Trace[Floats],
        g: Parameters,
        workspace: Workspace,
    ) -> Floats:
        """Add to the gradient of the decoder's states, `dh` (T, B, H); return that of the memory."""
        steps, texts, H = dh.shape
        dq = workspace("dq", steps, texts, self._memory)
        d_keys, d_values = (workspace(name, *memory.h.shape) for name in ("d_keys", "d_values"))
        by_head = [part.swapaxes(0, 1)[:, None] for part in (dq, d_keys, d_values)]
        attention_backward(d_context, attended, by_head[0], by_head[1], by_head[2], workspace)
        dq *= math.sqrt(self._memory)
        h = trace.states[0, 1:].reshape(-1, H)
        score: Tensors = {"W": self.parameters["score.W"]}
        of_score = {"W": g["score.W"]}
        of_h = dense_backward(score, of_score, dq.reshape(-1, self._memory), h, workspace.scope("score"))
        dh += of_h.reshape(dh.shape)
        d_keys += d_values
        return d_keys
