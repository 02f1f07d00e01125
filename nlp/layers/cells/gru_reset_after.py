"""The gated recurrent unit of cuDNN and PyTorch: it resets after the recurrent product."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.cells.cell import (
    ALL,
    NEW,
    RESET_AND_UPDATE,
    Cell,
    Link,
    add_products_,
    sigma_and_tanh_,
)
from nlp.layers.cells.gru import interpolate, interpolate_backward
from nlp.layers.cells.single_step import SingleStep, StepWeights
from nlp.layers.workspace import Workspace


class GruResetAfter(Cell):
    """Gated recurrent unit that resets after the recurrent product; gates in the order r z n, as in `Gru`.

    Equation: r, z = σ(W x_t + U h_{t-1} + b), each with weights of its own
              n = h̃_t = tanh(W x_t + b + r * a),   a = U h_{t-1} + b_reset;   h_t = z * h_{t-1} + (1 - z) * n
    Backward: dz_n = (1 - n²) * (1 - z) * dh_t;   dz_z = z (1 - z) * (h_{t-1} - n) * dh_t
              da = r * dz_n;   dz_r = r (1 - r) * a * dz_n
              dh_{t-1} = z * dh_t + U_rᵀ dz_r + U_zᵀ dz_z + U_nᵀ da;   db_reset = Σ_t da_t
    Source:   Chung, Gulcehre, Cho & Bengio 2014, "Empirical evaluation of gated recurrent neural networks on
              sequence modeling", footnote to §3.2; the form of cuDNN and PyTorch, whose bias is `b_reset`
    """

    gates, sigmas, scratch = 3, 2, 4
    gate_names = ("r", "z", "h̃")

    def shapes(self, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
        """The tensors of every cell, `W`, `U` and `b`, and `b_reset` (H,)."""
        return super().shapes(inputs, hidden) | {"b_reset": (hidden,)}

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step; z leaves as the gates, `saved` as a."""
        h = before[0]
        products = link.product(h, ALL, scratch[:3])
        z[:2] += products[:2]
        sigma_and_tanh_(z[:2], z[:2])
        reset, update, new = z
        np.add(products[2], link.p["b_reset"], out=saved[0])
        new += np.multiply(reset, saved[0], out=products[2])
        np.tanh(new, out=new)
        interpolate(h, update, new, after[0])

    def backward(
        self, link: Link, d: Floats, back: Floats, z: Floats, before: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step back; z comes as the gates, `saved` comes as a and leaves as da."""
        dh, h = d[0], before[0]
        reset, _, new = z
        slopes, products = scratch[:2], scratch[:3]
        interpolate_backward(dh, h, z, slopes, back[0], scratch[3])
        slopes[0] *= saved[0]
        np.multiply(reset, new, out=saved[0])
        np.multiply(slopes[0], new, out=reset)
        link.product_back(z[:2], RESET_AND_UPDATE, products[:2])
        link.product_back(saved, NEW, products[2:])
        for product in products:
            back[0] += product

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:
        """Add the gradients of b_reset and of U: dz_t h_{t-1}ᵀ of r and z, but da_t h_{t-1}ᵀ of n."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], h, saved, workspace)
        grad["b_reset"][...] += saved[0].sum(axis=0)

    def single_step(self, weights: StepWeights, carried: Floats) -> SingleStep:
        """The step of `forward` for decoding, in place."""
        h, z, U = carried[0], weights.room(carried, 3), weights.U
        input_part, half, b_reset = weights.input_part(carried), z.dtype.type(0.5), weights.p["b_reset"]
        of_gates = 2 * weights.hidden
        gates, (reset, update, new) = z[..., :of_gates], np.split(z, 3, axis=-1)

        def step(x: Any) -> Floats:
            of_input = input_part(x)
            np.dot(h, U, out=z)
            np.add(gates, of_input[..., :of_gates], out=gates)
            np.tanh(gates, out=gates)
            np.multiply(gates, half, out=gates)
            np.add(gates, half, out=gates)
            np.add(new, b_reset, out=new)
            np.multiply(new, reset, out=new)
            np.add(new, of_input[..., of_gates:], out=new)
            np.tanh(new, out=new)
            return interpolate(h, update, new, h)

        return step
