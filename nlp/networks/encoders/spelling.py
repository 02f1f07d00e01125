"""Vectors of words made of their characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nlp.layers.arrays import Floats, Ids
from nlp.layers.both_ways import BothTraces
from nlp.layers.cells.cell import Cell
from nlp.layers.embedding import embedding_backward, embedding_forward
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace
from nlp.networks.encoders.bidirectional import BidirectionalLayer


class Spelt(NamedTuple):
    """The distinct words of a batch, by falling length.

    Attributes: `characters` (S, N), of N words of up to S characters; `active[s]`, how many of the words have
    a character s; `rows` (T, B), which of them stands at each place.
    """

    characters: Ids
    active: Sequence[int]
    rows: Ids


class SpellingEncoder:
    """Characters read from both ends of a word: what either direction knows at its end, joined.

    Each distinct word of a batch is read once.

    Equation: y_n = [→h at the last character; ←h at the first]
    Shapes:   characters.E (C, D), the characters' embedding; y (N, 2H)
    Source:   Lample, Ballesteros, Subramanian, Kawakami & Dyer 2016, "Neural architectures for named entity
              recognition", §4.1
    """

    def __init__(self, cell: Cell, characters: int, inputs: int, hidden: int) -> None:
        self.width, self._embedding = 2 * hidden, (characters, inputs)
        self._layer = BidirectionalLayer(cell, "characters", inputs, hidden)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The embedding of characters, and the tensors of both directions."""
        return {"characters.E": self._embedding} | self._layer.shapes()

    def initialize_(self, p: Parameters) -> None:
        """Open the forget gates."""
        self._layer.initialize_(p)

    def forward(self, p: Parameters, spelt: Spelt, workspace: Workspace) -> tuple[Floats, BothTraces]:
        """The vectors of the N words, (N, 2H), a buffer of `workspace`; and what `backward` needs."""
        x = embedding_forward(p["characters.E"], spelt.characters, workspace)
        _, ends, trace = self._layer.forward(p, x, spelt.active, workspace.scope("layer"))
        return ends, trace

    def backward(
        self,
        p: Parameters,
        grad: Parameters,
        dy: Floats,
        spelt: Spelt,
        cache: BothTraces,
        workspace: Workspace,
    ) -> None:
        """Add the gradients of all tensors. Shapes: dy (N, 2H)."""
        dx = self._layer.backward(p, grad, None, dy, cache, workspace.scope("layer"))
        characters = spelt.characters.reshape(-1)
        embedding_backward(grad["characters.E"], dx.reshape(len(characters), -1), characters)
