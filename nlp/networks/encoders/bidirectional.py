"""Recurrent layers that read a sentence from both of its ends, joined after each layer: for taggers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.both_ways import BothTraces, Ways, both_ways_backward, both_ways_forward
from nlp.layers.cells.cell import Cell
from nlp.layers.dropout import dropout_, dropout_mask
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace


class BidirectionalLayer:
    """One layer of cells that go forward, `PREFIX.forward`, and one that go backward, `PREFIX.backward`."""

    def __init__(self, cell: Cell, prefix: str, inputs: int, hidden: int) -> None:
        self.cell, self.inputs, self.hidden = cell, inputs, hidden
        self._ways = (f"{prefix}.forward", f"{prefix}.backward")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of both directions."""
        of_cell = self.cell.shapes(self.inputs, self.hidden)
        return {f"{way}.{name}": shape for way in self._ways for name, shape in of_cell.items()}

    def initialize_(self, p: Parameters) -> None:
        """Open the forget gates."""
        if self.cell.forget is not None:
            for way in self._ways:
                p[f"{way}.b"][self.cell.forget] = 1

    def forward(
        self, p: Parameters, x: Floats, active: Sequence[int], workspace: Workspace
    ) -> tuple[Floats, Floats, BothTraces]:
        """Read rows of falling length: see `both_ways_forward`."""
        return both_ways_forward(self.cell, self._scopes(p), x, active, workspace)

    def backward(
        self,
        p: Parameters,
        grad: Parameters,
        dh: Floats | None,
        d_ends: Floats | None,
        cache: BothTraces,
        workspace: Workspace,
    ) -> Floats:
        """Add the gradients of the tensors; return that of x: see `both_ways_backward`."""
        ways = self._scopes(p), self._scopes(grad)
        return both_ways_backward(self.cell, *ways, dh, d_ends, cache, workspace)

    def _scopes(self, p: Parameters) -> Ways:
        """The tensors of each direction."""
        forward, backward = self._ways
        return p.scope(forward), p.scope(backward)


class Pass(NamedTuple):
    """What a forward pass leaves: `traces` of layers, and dropout `masks`, before each and on the output."""

    traces: list[BothTraces]
    masks: list[Floats | None]


class BidirectionalEncoder:
    """Layers `encoder.0`, `encoder.1` …, with dropout before each and on the output.

    A layer sees both directions of the one below, so its vector at a place knows the whole sentence, that
    place included: for labels of what is there, not for predicting it (see `TwoSidedEncoder`).

    Attributes: `width`, of the output, twice the hidden units.
    """

    def __init__(self, cell: Cell, layers: int, inputs: int, hidden: int, dropout: float) -> None:
        self.width, self._dropout = 2 * hidden, dropout
        widths = [inputs, *[self.width] * (layers - 1)]
        self._layers = [
            BidirectionalLayer(cell, f"encoder.{number}", width, hidden)
            for number, width in enumerate(widths)
        ]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of all layers."""
        return {name: shape for layer in self._layers for name, shape in layer.shapes().items()}

    def initialize_(self, p: Parameters) -> None:
        """Open the forget gates of all layers."""
        for layer in self._layers:
            layer.initialize_(p)

    def forward(
        self,
        p: Parameters,
        x: Floats,
        active: Sequence[int],
        workspace: Workspace,
        generator: np.random.Generator | None = None,
    ) -> tuple[Floats, Pass]:
        """Read sentences sorted by falling length; in training there is a `generator`, for dropout.

        Shapes: x (T, B, D), overwritten -> h (T, B, 2H), a buffer of `workspace`
        """
        done = Pass([], [])
        for number, layer in enumerate(self._layers):
            scope = workspace.scope(str(number))
            x, _, trace = layer.forward(p, self._dropped_(x, done, scope, generator), active, scope)
            done.traces.append(trace)
        return self._dropped_(x, done, workspace.scope("top"), generator), done

    def backward(
        self, p: Parameters, grad: Parameters, dh: Floats, cache: Pass, workspace: Workspace
    ) -> Floats:
        """Add the gradients of all layers; return that of x. Shapes: dh (T, B, 2H), overwritten."""
        masks = cache.masks[::-1]
        dropout_(dh, masks[0])
        for number, mask in zip(range(len(self._layers) - 1, -1, -1), masks[1:], strict=True):
            scope, trace = workspace.scope(str(number)), cache.traces[number]
            dh = dropout_(self._layers[number].backward(p, grad, dh, None, trace, scope), mask)
        return dh

    def _dropped_(
        self, x: Floats, done: Pass, scope: Workspace, generator: np.random.Generator | None
    ) -> Floats:
        drops = generator is not None and self._dropout > 0
        mask = dropout_mask(x.shape, self._dropout, generator, scope) if generator and drops else None
        done.masks.append(mask)
        return dropout_(x, mask)
