"""What all networks of translation have: one part reads a source, one writes a target; outputs are tied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Indices
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.dropout import dropout_mask
from nlp.layers.parameters import Parameters, Shapes
from nlp.layers.softmax import cross_entropy
from nlp.layers.workspace import Workspace
from nlp.translation.config import TranslationConfig
from nlp.translation.pairs import PairBatch, SourceBatch

Mask = Floats | None


class Memory(NamedTuple):
    """Sources that have been read.

    Attributes: `h` (S, B, …), vectors of each place; `ends` (B, …), what is known of the whole of a source;
    `bias` (B, 1, 1, S), which hides what stands behind the end of a text.
    """

    h: Floats
    ends: Floats
    bias: Floats

    def only(self, sources: Indices) -> Memory:
        """Some of the sources."""
        return Memory(self.h[:, sources], self.ends[sources], self.bias[sources])


class Written(NamedTuple):
    """What predicts the piece at each of the N places that targets have.

    Attributes: `read_out` (N, H); `weights` (B, T, S), how the places of targets looked at those of sources,
    if they did; `cache`, what the network needs for the way back.
    """

    read_out: Floats
    weights: Floats | None
    cache: Any


class TranslationNetwork(ABC):
    """P(target | source), a piece at a time.

    Equation: P(y_t) = softmax(E o_t + b_output), o_t what a network makes of the source and of y before t
    Shapes:   E (V, H), of the target, both input and output; `source.E` (V', H), absent where languages share
              theirs
    Source:   Press & Wolf 2017, "Using the output embedding to improve language models"

    Attributes: `config`; `parameters`.
    """

    def __init__(
        self,
        config: TranslationConfig,
        sizes: tuple[int, int],
        dtype: npt.DTypeLike = np.float32,
        parameters: Floats | None = None,
    ) -> None:
        """Lay the network over a given vector, which is not copied, or over zeros.

        `sizes` are those of the vocabularies of source and target. Raises: ValueError where the vector has
        another size, or the languages share one vocabulary that has two sizes
        """
        if config.share and sizes[0] != sizes[1]:
            raise ValueError("the languages share their pieces, and have different ones")
        self.config = config
        self.source = "E" if config.share else "source.E"
        tables = {"E": (sizes[1], config.hidden), self.source: (sizes[0], config.hidden)}
        shapes = tables | dict(self.shapes()) | {"output.b": (sizes[1],)}
        self.parameters = Parameters(shapes, dtype, parameters)

    @abstractmethod
    def shapes(self) -> Shapes:
        """The tensors of all layers but embeddings and output."""

    @abstractmethod
    def initialize_(self, generator: np.random.Generator) -> None:
        """Draw the weights."""

    @abstractmethod
    def read(
        self, source: SourceBatch, workspace: Workspace, generator: np.random.Generator | None
    ) -> tuple[Memory, Any]:
        """Read sources, in training with a `generator`; also return what `read_back` needs."""

    @abstractmethod
    def read_back(
        self, source: SourceBatch, cache: Any, d_memory: Any, g: Parameters, workspace: Workspace
    ) -> None:
        """Add the gradients of what reads, from what `write_back` returned."""

    @abstractmethod
    def write(
        self,
        batch: PairBatch,
        memory: Memory,
        workspace: Workspace,
        generator: np.random.Generator | None,
    ) -> Written:
        """Look at all places of the targets at once."""

    @abstractmethod
    def write_back(
        self,
        batch: PairBatch,
        memory: Memory,
        cache: Any,
        d_read_out: Floats,
        g: Parameters,
        workspace: Workspace,
    ) -> Any:
        """Add the gradients of what writes; return that of the memory. Shapes: d_read_out (N, H)."""

    @abstractmethod
    def start(self, memory: Memory) -> Floats:
        """The state of the texts that are to be written, before the first step: (…, B, …), at axis 1."""

    @abstractmethod
    def input_table(self) -> Floats:
        """What `step` looks up for the pieces of the target."""

    @abstractmethod
    def advance(
        self, table: Floats, ids: Indices, state: Floats, memory: Memory, workspace: Workspace
    ) -> tuple[Floats, Floats]:
        """Take one step of n texts, equally many of each source: read the pieces before, `ids` (n,).

        Shapes: state, n at axis 1 -> o (n, H), and the state after
        """

    def encode(self, source: SourceBatch, workspace: Workspace) -> Memory:
        """Read sources that are to be translated."""
        return self.read(source, workspace, None)[0]

    def step(
        self, table: Floats, ids: Indices, state: Floats, memory: Memory, workspace: Workspace
    ) -> tuple[Floats, Floats]:
        """`advance`, and scores of all pieces (n, V), a buffer of `workspace`, instead of o."""
        read_out, state = self.advance(table, ids, state, memory, workspace)
        output = {"W": self.parameters["E"].T, "b": self.parameters["output.b"]}
        return dense_forward(output, read_out, workspace.scope("output")), state

    def loss_and_grad(
        self,
        batch: PairBatch,
        gradients: Parameters,
        workspace: Workspace,
        generator: np.random.Generator,
    ) -> float:
        """Add d(loss)/dw to `gradients`; return the loss in summed nats, without smoothing."""
        p, g = self.parameters, gradients
        memory, of_reading = self.read(batch.source, workspace, generator)
        written = self.write(batch, memory, workspace, generator)
        output, scope = {"W": p["E"].T}, workspace.scope("output")
        z = dense_forward(output, written.read_out, scope)
        ones = np.ones(len(z), z.dtype)
        loss = cross_entropy(z, batch.targets, ones, p["output.b"], smoothing=self.config.label_smoothing)
        g["output.b"][...] += z.sum(axis=0)
        d_read_out = dense_backward(output, {"W": g["E"].T}, z, written.read_out, scope)
        d_memory = self.write_back(batch, memory, written.cache, d_read_out, g, workspace)
        self.read_back(batch.source, of_reading, d_memory, g, workspace)
        return loss

    def loss(self, batch: PairBatch, workspace: Workspace) -> float:
        """The loss in summed nats, without dropout and smoothing."""
        p, written = self.parameters, self._written(batch, workspace)
        z = dense_forward({"W": p["E"].T}, written.read_out, workspace.scope("output"))
        ones = np.ones(len(z), z.dtype)
        return cross_entropy(z, batch.targets, ones, p["output.b"], gradient=False)

    def weights(self, batch: PairBatch, workspace: Workspace) -> Floats | None:
        """How each place of the targets looks at the sources, (B, T, S); None without attention."""
        return self._written(batch, workspace).weights

    def left_out(self, x: Floats, workspace: Workspace, generator: np.random.Generator | None) -> Mask:
        """What is left out of x at random in training, where there is a generator."""
        if generator is None or not self.config.dropout:
            return None
        return dropout_mask(x.shape, self.config.dropout, generator, workspace)

    def _written(self, batch: PairBatch, workspace: Workspace) -> Written:
        memory, _ = self.read(batch.source, workspace, None)
        return self.write(batch, memory, workspace, None)
