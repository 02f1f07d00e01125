"""The cells of recurrent networks: RNN, LSTM and GRU, each with one step forward and one step back.

Equations are those of the literature, for column vectors: W x_t + U h_{t-1} + b. In the code the vectors of a
batch are rows, so the weights of gate g are stored the other way round, W (G, D, H) and U (G, H, H), and the
products are x W[g] and h U[g]. On the way back dh_t is the gradient of the loss by h_t, and dz_t that by z_t,
what goes into the nonlinearity of a gate at step t; * is elementwise.

A cell takes its own recurrent product, because a GRU resets h before it. What needs no step before it (W x_t
for all t, and the gradients of W, U and b from all dz_t) is left to `recurrent`, which takes the steps.

Every array of a step is a view of a gate-major buffer, (G, T, B, H) at one t: what belongs to a gate is
contiguous, and all gates go through one call. σ is taken through tanh, which NumPy computes for several
numbers at a time: σ(z) = (1 + tanh(z/2)) / 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.cell_protocol import (
    ALL,
    NEW,
    RESET_AND_UPDATE,
    Cell,
    add_products_,
    sigma_and_tanh_,
    sigma_slope,
    sum_gates,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.layers.arrays import Floats
    from nlp.layers.cell_protocol import Link
    from nlp.layers.workspace import Workspace

    Tensors = Mapping[str, Floats]


class Rnn(Cell):
    """The simple recurrent cell.

    Equation: h_t = φ(z_t),   z_t = W x_t + U h_{t-1} + b,   φ = tanh or ReLU, max(0, ·)
    Backward: dz_t = φ'(z_t) * dh_t;   dh_{t-1} = Uᵀ dz_t
              with φ' = 1 - h_t² for tanh; for ReLU 1 where h_t > 0, else 0
    So ∂h_t/∂h_{t-1} = diag(φ'(z_t)) U, and a gradient that comes from step T has been multiplied by T - k
    such matrices when it reaches step k: it shrinks or grows exponentially with T - k.

    Source:   Elman 1990, "Finding structure in time"; Le, Jaitly & Hinton 2015, "A simple way to initialize
              recurrent networks of rectified linear units", for ReLU; Pascanu, Mikolov & Bengio 2013, "On the
              difficulty of training recurrent neural networks", §2, for the product
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
        scratch: Floats,  # noqa: ARG002 - the step needs none
    ) -> None:
        """See `Cell`; `saved` holds φ'(z_t)."""
        np.multiply(d, saved, out=z)
        link.product_back(z, ALL, back)


class Lstm(Cell):
    """Long short-term memory; states h and c.

    Gates in the order i f o g: input, forget, output, and the candidate, which is c̃ in the literature.

    Equation: i, f, o = σ(W x_t + U h_{t-1} + b), each with weights of its own;   g = c̃_t = tanh(likewise)
              c_t = f * c_{t-1} + i * g;   h_t = o * tanh(c_t)
    Backward: dc_t, which comes from step t+1, += dh_t * o * (1 - tanh²(c_t));   dc_{t-1} = f * dc_t
              dz_i = i (1 - i) * g * dc_t;        dz_f = f (1 - f) * c_{t-1} * dc_t
              dz_o = o (1 - o) * tanh(c_t) * dh_t;    dz_g = (1 - g²) * i * dc_t
              dh_{t-1} = Σ_gates Uᵀ dz
    The way through the memory, ∂c_t/∂c_{t-1} = diag(f), has no weights and no slope of a nonlinearity in it:
    with f near 1 the gradient comes through.

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
    """Gated recurrent unit that resets before the recurrent product.

    Gates in the order r z n: reset, update, and the candidate, which is h̃ in the literature. In the code the
    update gate is `update`, since `z` are all three.

    Equation: r, z = σ(W x_t + U h_{t-1} + b), each with weights of its own
              n = h̃_t = tanh(W x_t + U (r * h_{t-1}) + b);   h_t = z * h_{t-1} + (1 - z) * n
    Backward: dz_n = (1 - n²) * (1 - z) * dh_t;   dz_z = z (1 - z) * (h_{t-1} - n) * dh_t
              q = U_nᵀ dz_n, the gradient of r * h_{t-1};   dz_r = r (1 - r) * h_{t-1} * q
              dh_{t-1} = z * dh_t + r * q + U_rᵀ dz_r + U_zᵀ dz_z
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
        """See `Cell`; the product of n is that of r * h_{t-1}."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], saved[0], dz[2:], workspace)


class GruResetAfter(Cell):
    """Gated recurrent unit that resets after the recurrent product; gates in the order r z n, as in `Gru`.

    Equation: r, z = σ(W x_t + U h_{t-1} + b), each with weights of its own
              n = h̃_t = tanh(W x_t + b + r * a),   a = U h_{t-1} + b_reset;   h_t = z * h_{t-1} + (1 - z) * n
    Backward: dz_n and dz_z as in `Gru`;   da = r * dz_n;   dz_r = r (1 - r) * a * dz_n
              dh_{t-1} = z * dh_t + U_rᵀ dz_r + U_zᵀ dz_z + U_nᵀ da;   db_reset = Σ_t da_t
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
        """See `Cell`; z leaves as the gates, `saved` is a."""
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
        """See `Cell`; z comes as the gates, `saved` leaves as da."""
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
        """See `Cell`; `saved` is da, the gradient of n's product."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], h, saved, workspace)
        grad["b_reset"][...] += saved[0].sum(axis=0)


def make_cell(name: str, *, activation: str = "tanh", gru_reset: str = "before") -> Cell:
    """The cell of this name: `rnn` (with its activation), `lstm`, or `gru` (reset `before` or `after`).

    Raises: ValueError if there is no such cell
    """
    if name == "rnn":
        return Rnn(activation)
    if name == "lstm":
        return Lstm()
    if name == "gru" and gru_reset in {"before", "after"}:
        return Gru() if gru_reset == "before" else GruResetAfter()
    raise ValueError(f"there is no cell {name!r} with reset {gru_reset!r}: rnn, lstm, gru (before, after)")


def _interpolate(h: Floats, update: Floats, new: Floats, out: Floats) -> None:
    """Write update * h + (1 - update) * new over `out`, as new + update * (h - new)."""
    np.subtract(h, new, out=out)
    out *= update
    out += new


def _interpolate_backward(
    dh: Floats, h: Floats, z: Floats, slopes: Floats, back: Floats, spare: Floats
) -> None:
    """Take h_t = z * h_{t-1} + (1 - z) * n back, and the nonlinearities of z and n.

    Shapes: dh (n, H), overwritten; z (3, n, H), the gates r z n, of which the last two leave as dz_z and
            dz_n; slopes (2, n, H), the first leaves as r (1 - r); back (n, H), written with z * dh_t; spare
            (n, H), scratch
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
