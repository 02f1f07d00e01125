"""The cells of recurrent networks: one step forward, one step back, each with its own recurrent product.

Every array of a step is a view of a gate-major buffer, (G, T, B, H) at one t: what belongs to a gate is
contiguous, and all gates go through one call. σ is taken through tanh, which NumPy computes for several
numbers at a time: σ(z) = (1 + tanh(z/2)) / 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from nlp.layers.dense import add_product_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.layers.arrays import Floats
    from nlp.layers.workspace import Workspace

    Tensors = Mapping[str, Floats]


ALL, RESET_AND_UPDATE, NEW = slice(None), slice(2), slice(2, 3)  # gates that share a product


class Link:
    """What joins a step to the one before: the recurrent products, all in one place for what may change them.

    Attributes: `p`, the tensors of the layer; `at`, the step t that is being taken.
    """

    def __init__(self, p: Tensors, UT: Floats | None = None) -> None:
        """Link by U; the way back needs its transposes `UT` (G, H, H), contiguous."""
        self.p, self.at = p, 0
        self._UT = p["U"] if UT is None else UT

    def product(self, h: Floats, gates: slice, out: Floats) -> Floats:
        """Take h U for some gates. Shapes: h (n, H) -> out (gates, n, H)."""
        return np.matmul(h, self.p["U"][gates], out=out)

    def product_back(self, d: Floats, gates: slice, out: Floats) -> Floats:
        """What each gate adds to the gradient of h.

        Shapes: d (gates, n, H), the gradient of the products -> out (gates, n, H)
        """
        return np.matmul(d, self._UT[gates], out=out)

    def memory(self, c: Floats, out: Floats) -> Floats:  # noqa: ARG002 - there for links that change it
        """What the output of an LSTM reads of its memory c (n, H): all of it. May use `out`."""
        return c

    def memory_back(self, d: Floats) -> Floats:
        """The gradient of c from that of what `memory` made of it; may overwrite d."""
        return d


class Cell(Protocol):
    """What the scan knows of a cell.

    Attributes: `name`; `gates` G; `states` S, vectors carried from step to step, the first of them the output
    h; `saved`, further vectors that a step leaves for its way back; `scratch`, vectors it uses and forgets.
    """

    name: ClassVar[str]
    gates: ClassVar[int]
    states: ClassVar[int]
    saved: ClassVar[int]
    scratch: ClassVar[int]

    def shapes(self, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
        """The tensors of a layer of this cell: `W` (G, D, H), `U` (G, H, H), `b` (G, H) and perhaps more."""
        gates = self.gates
        return {"W": (gates, inputs, hidden), "U": (gates, hidden, hidden), "b": (gates, hidden)}

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step.

        Shapes: z (G, n, H), comes as W x + b, leaves as what `backward` needs; before, after (S, n, H), the
                second is written; saved (saved, n, H), written; scratch (scratch, n, H)
        """

    def backward(
        self, link: Link, d: Floats, back: Floats, z: Floats, before: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step back.

        Shapes: d (S, n, H), the gradient of `after`, used up; back (S, n, H), written with that of `before`;
                z (G, n, H), leaves as the gradient of W x + b; saved (saved, n, H), may be overwritten for
                `gradients`
        """

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:  # noqa: ARG002 - for cells whose product is not that of h
        """Add the gradients of all but `W` and `b`, once all steps are done.

        Shapes: dz (G, N, H), the gradient of the products, saved (saved, N, H), of all N = T B places; h
                (N, H), the output before each
        """
        add_products_(grad["U"], h, dz, workspace)


class Rnn(Cell):
    """The simple recurrent cell.

    Equation: h_t = φ(W x_t + U h_{t-1} + b),   φ = tanh or max(0, ·)
    Source:   Elman 1990, "Finding structure in time"; Le, Jaitly & Hinton 2015, "A simple way to initialize
              recurrent networks of rectified linear units", for ReLU
    """

    name = "rnn"
    gates, states, saved, scratch = 1, 1, 1, 1

    def __init__(self, activation: str = "tanh") -> None:
        """Choose φ. Raises: ValueError if it is neither `tanh` nor `relu`."""
        if activation not in {"tanh", "relu"}:
            raise ValueError(f"activation {activation!r} is neither 'tanh' nor 'relu'")
        self.activation = activation

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`."""
        z += link.product(before[0], ALL, scratch)
        h = after[0]
        if self.activation == "tanh":
            np.tanh(z[0], out=h)
            np.multiply(h, h, out=saved[0])
            np.subtract(1.0, saved[0], out=saved[0])
        else:
            np.maximum(z[0], 0.0, out=h)
            np.sign(h, out=saved[0])

    def backward(
        self,
        link: Link,
        d: Floats,
        back: Floats,
        z: Floats,
        before: Floats,  # noqa: ARG002 - all that is needed of it is in `saved`
        saved: Floats,
        scratch: Floats,  # noqa: ARG002 - nothing to forget
    ) -> None:
        """See `Cell`; `saved` holds φ'."""
        np.multiply(d, saved, out=z)
        link.product_back(z, ALL, back)


class Lstm(Cell):
    """Long short-term memory; gates in the order i f o g, states h and c.

    Equation: i, f, o = σ(W x_t + U h_{t-1} + b), each with weights of its own;   g = tanh(likewise)
              c_t = f * c_{t-1} + i * g;   h_t = o * tanh(c_t)
    Source:   Hochreiter & Schmidhuber 1997, "Long short-term memory"; Gers, Schmidhuber & Cummins 2000,
              "Learning to forget", for f
    """

    name = "lstm"
    gates, states, saved, scratch = 4, 2, 1, 5

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`; z leaves as the gates, `saved` is tanh(c_t)."""
        z += link.product(before[0], ALL, scratch[:4])
        sigma_and_tanh_(z, z[:3])
        i, f, o, g = z
        h, c = after
        np.multiply(f, before[1], out=c)
        c += np.multiply(i, g, out=scratch[0])
        np.tanh(link.memory(c, saved[0]), out=saved[0])
        np.multiply(o, saved[0], out=h)

    def backward(
        self, link: Link, d: Floats, back: Floats, z: Floats, before: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`; z comes as the gates."""
        dh, dc = d
        i, f, o, g = z
        slopes, through, tanh_c = scratch[:4], scratch[4], saved[0]
        np.multiply(tanh_c, tanh_c, out=through)
        np.subtract(1.0, through, out=through)
        through *= o
        through *= dh
        dc += link.memory_back(through)
        sigma_slope(z[:3], slopes[:3])
        np.multiply(g, g, out=slopes[3])
        np.subtract(1.0, slopes[3], out=slopes[3])
        slopes[0] *= g
        slopes[1] *= before[1]
        slopes[2] *= tanh_c
        slopes[3] *= i
        np.multiply(slopes[2], dh, out=o)
        np.multiply(slopes[3], dc, out=g)
        np.multiply(slopes[0], dc, out=i)
        np.multiply(f, dc, out=back[1])
        np.multiply(slopes[1], dc, out=f)
        sum_gates(link.product_back(z, ALL, slopes), back[0])


class Gru(Cell):
    """Gated recurrent unit that resets before the recurrent product; gates in the order r z n.

    Equation: r, z = σ(W x_t + U h_{t-1} + b), each with weights of its own
              n = tanh(W x_t + U (r * h_{t-1}) + b);   h_t = z * h_{t-1} + (1 - z) * n
    Source:   Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", eq. 5 to 8
    """

    name = "gru"
    gates, states, saved, scratch = 3, 1, 1, 4

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`; z leaves as the gates, `saved` is r * h_{t-1}."""
        h = before[0]
        z[:2] += link.product(h, RESET_AND_UPDATE, scratch[:2])
        sigma_and_tanh_(z[:2], z[:2])
        reset, update, new = z
        np.multiply(reset, h, out=saved[0])
        new += link.product(saved[0], NEW, scratch[:1])[0]
        np.tanh(new, out=new)
        _interpolate(h, update, new, after[0])

    def backward(
        self,
        link: Link,
        d: Floats,
        back: Floats,
        z: Floats,
        before: Floats,
        saved: Floats,  # noqa: ARG002 - kept for `gradients`
        scratch: Floats,
    ) -> None:
        """See `Cell`; z comes as the gates."""
        dh, h, reset = d[0], before[0], z[0]
        slopes, d_reset_h = scratch[:2], scratch[2]
        _interpolate_backward(dh, h, z, slopes, back[0], scratch[3])
        link.product_back(z[2:], NEW, scratch[2:3])
        np.multiply(reset, d_reset_h, out=scratch[3])
        back[0] += scratch[3]
        slopes[0] *= h
        np.multiply(slopes[0], d_reset_h, out=reset)
        link.product_back(z[:2], RESET_AND_UPDATE, slopes)
        back[0] += slopes[0]
        back[0] += slopes[1]

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:
        """See `Cell`."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], saved[0], dz[2:], workspace)


class GruResetAfter(Cell):
    """Gated recurrent unit that resets after the recurrent product; gates in the order r z n.

    Equation: r, z = σ(W x_t + U h_{t-1} + b), each with weights of its own
              n = tanh(W x_t + b + r * (U h_{t-1} + b_reset));   h_t = z * h_{t-1} + (1 - z) * n
    Source:   Chung, Gulcehre, Cho & Bengio 2014, "Empirical evaluation of gated recurrent neural networks on
              sequence modeling", footnote to §3.2; the form of cuDNN and PyTorch, whose bias is `b_reset`
    """

    name = "gru"
    gates, states, saved, scratch = 3, 1, 1, 4

    def shapes(self, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
        """See `Cell`; and `b_reset` (H,)."""
        return super().shapes(inputs, hidden) | {"b_reset": (hidden,)}

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`; z leaves as the gates, `saved` is U h_{t-1} + b_reset."""
        h = before[0]
        products = link.product(h, ALL, scratch[:3])
        z[:2] += products[:2]
        sigma_and_tanh_(z[:2], z[:2])
        reset, update, new = z
        np.add(products[2], link.p["b_reset"], out=saved[0])
        new += np.multiply(reset, saved[0], out=products[2])
        np.tanh(new, out=new)
        _interpolate(h, update, new, after[0])

    def backward(
        self, link: Link, d: Floats, back: Floats, z: Floats, before: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """See `Cell`; z comes as the gates, `saved` leaves as the gradient of U h_{t-1} + b_reset of n."""
        dh, h = d[0], before[0]
        reset, _, new = z
        slopes, products = scratch[:2], scratch[:3]
        _interpolate_backward(dh, h, z, slopes, back[0], scratch[3])
        slopes[0] *= saved[0]
        np.multiply(reset, new, out=saved[0])
        np.multiply(slopes[0], new, out=reset)
        link.product_back(z[:2], RESET_AND_UPDATE, products[:2])
        link.product_back(saved, NEW, products[2:])
        for product in products:
            back[0] += product

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:
        """See `Cell`."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], h, saved, workspace)
        grad["b_reset"][...] += saved[0].sum(axis=0)


def make_cell(name: str, *, activation: str = "tanh", gru_reset: str = "before") -> Cell:
    """The cell of a name: `rnn` (with its activation), `lstm`, or `gru` (reset `before` or `after`).

    Raises: ValueError if there is none
    """
    if name == "rnn":
        return Rnn(activation)
    if name == "lstm":
        return Lstm()
    if name == "gru" and gru_reset in {"before", "after"}:
        return Gru() if gru_reset == "before" else GruResetAfter()
    raise ValueError(f"there is no cell {name!r} with reset {gru_reset!r}: rnn, lstm, gru (before, after)")


def sigma_and_tanh_(z: Floats, sigmas: Floats) -> None:
    """Replace z by tanh(z), and `sigmas`, which is a part of it, by σ(z): one call of tanh for all gates."""
    sigmas *= 0.5
    np.tanh(z, out=z)
    sigmas += 1.0
    sigmas *= 0.5


def sigma_slope(y: Floats, out: Floats) -> None:
    """dσ/dz from y = σ(z): y (1 - y)."""
    np.subtract(1.0, y, out=out)
    out *= y


def sum_gates(products: Floats, out: Floats) -> None:
    """Σ_g products_g. Shapes: (G, n, H) -> out (n, H), written, none of the products."""
    np.add(products[0], products[1], out=out)
    for product in products[2:]:
        out += product


def add_products_(grad: Floats, x: Floats, dz: Floats, workspace: Workspace) -> None:
    """Add xᵀ dz of each gate. Shapes: grad (G, D, H); x (N, D); dz (G, N, H)."""
    for of_gate, dz_of_gate in zip(grad, dz, strict=True):
        add_product_(of_gate, x, dz_of_gate, workspace)


def _interpolate(h: Floats, update: Floats, new: Floats, out: Floats) -> None:
    """Write update * h + (1 - update) * new over `out`."""
    np.subtract(h, new, out=out)
    out *= update
    out += new


def _interpolate_backward(
    dh: Floats, h: Floats, z: Floats, slopes: Floats, back: Floats, spare: Floats
) -> None:
    """Take h_t = z * h + (1 - z) * n, and the functions of z and n, back.

    Shapes: z (3, n, H), whose z and n leave as gradients; slopes (2, n, H), the first leaves as dσ/dr; back
            (n, H), written with what h gets directly
    """
    update, new = z[1], z[2]
    sigma_slope(z[:2], slopes)
    np.multiply(dh, update, out=back)
    slopes[1] *= dh
    dh -= back
    np.subtract(h, new, out=spare)
    np.multiply(slopes[1], spare, out=update)
    np.multiply(new, new, out=spare)
    np.subtract(1.0, spare, out=spare)
    np.multiply(spare, dh, out=new)
