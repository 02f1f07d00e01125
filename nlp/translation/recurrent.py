"""Recurrent networks of translation: one reads a source from both ends, one looks at it while it writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Indices
from nlp.layers.attention import padding_bias
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
from nlp.translation.config import TranslationConfig
from nlp.translation.looking import LOOKING, Found
from nlp.translation.network import Mask, Memory, TranslationNetwork, Written
from nlp.translation.pairs import PairBatch, SourceBatch


class Read(NamedTuple):
    """What `read` leaves for its way back: the layer's trace, what was left out around it, and the memory."""

    trace: BothTraces
    inputs: Mask
    outputs: Mask
    memory: Floats


class Scanned(NamedTuple):
    """What `write` leaves for its way back; what is read out is `tanh` without what was left out."""

    trace: Trace[Floats]
    start: Floats
    found: Found | None
    joined: Floats
    tanh: Floats
    inputs: Mask
    outputs: Mask


class RecurrentNetwork(TranslationNetwork):
    """A two-sided recurrent encoder, and a recurrent decoder with attention.

    Attention stands outside the recurrence: it looks from the state of every step at once, and what it finds
    goes into the prediction alone. So the decoder is one scan, and attention a few products a batch;
    `looking` has its forms.

    Equation: h̄ = encoder(x);   s_0 = tanh(W_start [→h̄_S; ←h̄_1]);   s_t = cell(E[y_{t-1}], s_{t-1})
              a_t = softmax_s(score(s_t, h̄_s));   c_t = Σ_s a_ts h̄_s;   o_t = tanh(W_readout [s_t; c_t] + b)
    Shapes:   h̄ (S, B, 2H), the ends (B, 2H); an LSTM's memory starts as s_0 does
    Source:   Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine
              translation", §3.1, without input feeding
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
        looking = LOOKING.get(config.attention)
        self._memory = 2 * config.hidden
        self._looking = None if looking is None else looking(config.hidden)
        self._encoder = BidirectionalLayer(self._cell, "encoder", config.hidden, config.hidden)
        super().__init__(config, sizes, dtype, parameters)

    def shapes(self) -> Shapes:
        """The tensors of encoder, decoder, start, score and readout."""
        H, starts = self.config.hidden, self._cell.states * self.config.hidden
        shapes: dict[str, Sequence[int]] = dict(self._encoder.shapes())
        shapes |= {f"decoder.{name}": shape for name, shape in self._cell.shapes(H, H).items()}
        shapes |= {"start.W": (self._memory, starts), "start.b": (starts,)}
        shapes |= self._looking.shapes() if self._looking else {}
        return shapes | {
            "readout.W": (H + self._memory if self._looking else H, H),
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
            elif tensor == "v":  # a matrix of one column
                uniform_(w, math.sqrt(6 / (len(w) + 1)), generator)
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
        if self._looking:
            sources = memory.h.shape[1]
            states = h.reshape(sources, -1, H).swapaxes(0, 1)
            joined = np.empty((rows, H + self._memory), h.dtype)
            joined[:, :H] = h
            found = self._looking.forward(p, states, memory, workspace.scope("attention"))
            joined[:, H:] = found.context.reshape(rows, -1)
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
        h, bias = dropout_(h, outputs), padding_bias(source.lengths, len(h), h.dtype)
        if self._looking:
            h = self._looking.remember(self.parameters, h, scope.scope("attention"))
        return Memory(h, ends, bias), Read(trace, inputs, outputs, h)

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
        scope = workspace.scope("encoder")
        if self._looking and dh is not None:
            of_places = self._looking.remember_back(
                self.parameters, g, dh, cache.memory, scope.scope("attention")
            )
            dh = dropout_(of_places, cache.outputs)
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
        joined, found = scope("joined", len(batch.rows), p["readout.W"].shape[0]), None
        joined[:, :H] = h.reshape(-1, H).take(batch.rows, axis=0)
        if self._looking:
            found = self._looking.forward(p, h, memory, workspace.scope("attention"))
            joined[:, H:] = found.context.reshape(-1, self._memory).take(batch.rows_of_texts, axis=0)
        read_out = tanh = dense_forward(p.scope("readout"), joined, scope.scope("readout"))
        np.tanh(tanh, out=tanh)
        outputs = self.left_out(tanh, scope.scope("outputs"), generator)
        if outputs is not None:
            read_out = np.multiply(tanh, outputs, out=scope("dropped", *tanh.shape))
        weights = None if found is None else found.weights
        return Written(read_out, weights, Scanned(trace, start, found, joined, tanh, inputs, outputs))

    def write_back(
        self,
        batch: PairBatch,
        memory: Memory,
        cache: Scanned,
        d_read_out: Floats,
        g: Parameters,
        workspace: Workspace,
    ) -> tuple[Floats | None, Floats]:
        """Add the gradients of the decoder; return those of the memory, (S, B, …), and of its ends."""
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
        if self._looking and cache.found:
            d_context = scope("d_context", texts, steps, self._memory)
            d_context[...] = 0
            d_context.reshape(-1, self._memory)[batch.rows_of_texts] = d_joined[:, H:]
            d_memory = self._looking.backward(
                p, g, d_context, dh, cache.trace.states[0, 1:], cache.found, workspace.scope("attention")
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
