"""What every recurrent cell has: its step forward, its step back, and one step for the texts being generated.

The notation of the equations is told in this folder's `__init__`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.cells.single_step import SingleStep, StepWeights
from nlp.layers.dense import add_product_
from nlp.layers.workspace import Workspace

ALL, RESET_AND_UPDATE, NEW = slice(None), slice(2), slice(2, 3)  # gates that share a product


class Link:
    """What joins a step to the one before: the recurrent product, and what an LSTM reads of its memory.

    Cells go through a link so that batch normalisation, which changes both, can be put in its place.

    Attributes: `p`, the tensors of the layer; `at`, the step t that is being taken.
    """

    def __init__(self, p: Tensors, UT: Floats | None = None) -> None:
        """Link by U. The way back is faster with `UT` (G, H, H), a contiguous copy of each gate's Uᵀ."""
        self.p, self.at = p, 0
        self._UT: Floats = p["U"].swapaxes(1, 2) if UT is None else UT

    def product(self, h: Floats, gates: slice, out: Floats) -> Floats:
        """The product U h_{t-1} of some gates. Shapes: h (n, H) -> out (gates, n, H)."""
        return np.matmul(h, self.p["U"][gates], out=out)

    def product_back(self, d: Floats, gates: slice, out: Floats) -> Floats:
        """What the product of each gate adds to the gradient of h_{t-1}: Uᵀ d.

        Shapes: d (gates, n, H), the gradient of the products -> out (gates, n, H)
        """
        return np.matmul(d, self._UT[gates], out=out)

    def memory(self, c: Floats, out: Floats) -> Floats:  # noqa: ARG002 - there for links that change it
        """What goes into the tanh of an LSTM's output: here its memory c (n, H) as it is. May use `out`."""
        return c

    def memory_back(self, d: Floats) -> Floats:
        """The gradient of c, from that of what `memory` returned; may overwrite d."""
        return d


class Cell(Protocol):
    """What the scan over time, and decoding, know of a cell.

    Attributes: `gates` G, of which the first `sigmas` go through σ; `states` S, how many vectors are carried
    from step to step, the first of them the output h; `saved`, how many more a step leaves for its way back;
    `scratch`, how many it uses within the step alone; `forget`, the place of a forget gate, whose bias has a
    setting of its own, if there is one; `gate_names` and `state_names`, what the literature calls those parts
    of z and of the state that `forward` leaves.
    """

    gates: ClassVar[int]
    sigmas: ClassVar[int] = 0
    states: ClassVar[int] = 1
    saved: ClassVar[int] = 1
    scratch: ClassVar[int]
    forget: ClassVar[int | None] = None
    gate_names: ClassVar[Sequence[str]] = ()
    state_names: ClassVar[Sequence[str]] = ("h",)

    def shapes(self, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
        """The tensors of a layer of this cell: `W` (G, D, H), `U` (G, H, H), `b` (G, H) and perhaps more."""
        gates = self.gates
        return {"W": (gates, inputs, hidden), "U": (gates, hidden, hidden), "b": (gates, hidden)}

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step.

        Shapes: z (G, n, H), comes as W x_t + b and leaves as what `backward` needs; before (S, n, H), the
                state of step t-1; after (S, n, H), written with that of step t; saved (saved, n, H), written;
                scratch (scratch, n, H)
        """

    def backward(
        self, link: Link, d: Floats, back: Floats, z: Floats, before: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step back: from the gradient of the state of step t to that of step t-1.

        Shapes: d (S, n, H), the gradient of `after`, overwritten; back (S, n, H), written with that of
                `before`; z (G, n, H), comes as `forward` left it and leaves as the gradient of W x_t + b;
                saved (saved, n, H), may be overwritten for `gradients`
        """

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:  # noqa: ARG002 - for cells whose product is not that of h
        """Add the gradients of all tensors but `W` and `b`, once all steps are done.

        Equation: dU += Σ_t dz_t h_{t-1}ᵀ, of each gate
        Shapes:   of all N = T B places: dz (G, N, H), the gradient of the recurrent products; saved
                  (saved, N, H); h (N, H), the output h_{t-1} of the step before
        """
        add_products_(grad["U"], h, dz, workspace)

    def single_step(self, weights: StepWeights, carried: Floats) -> SingleStep:
        """A function that takes the step of `forward` alone, from the vectors `carried` (S, …, H), in place.

        It takes the input (…, D), or token numbers where `weights` have a table, and returns h (…, H), which
        is `carried[0]`. It computes what `forward` does with fewer and smaller calls of NumPy, which are what
        a step costs where one text is generated.
        """


def sigma_and_tanh_(z: Floats, sigmas: Floats) -> None:
    """Replace z by tanh(z), and its part `sigmas` (a view of z) by σ(z): one call of tanh for all gates."""
    sigmas *= 0.5
    np.tanh(z, out=z)
    sigmas += 1.0
    sigmas *= 0.5


def sigma_slope(y: Floats, out: Floats) -> None:
    """dσ/dz from y = σ(z): y (1 - y)."""
    np.subtract(1.0, y, out=out)
    out *= y


def add_products_(grad: Floats, x: Floats, dz: Floats, workspace: Workspace) -> None:
    """Add xᵀ dz of each gate to `grad`. Shapes: grad (G, D, H); x (N, D); dz (G, N, H)."""
    for of_gate, dz_of_gate in zip(grad, dz, strict=True):
        add_product_(of_gate, x, dz_of_gate, workspace)
