"""The gated recurrent unit as it was published: it resets before the recurrent product."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.cells.cell import (
    NEW,
    RESET_AND_UPDATE,
    Cell,
    Link,
    add_products_,
    sigma_and_tanh_,
    sigma_slope,
)
from nlp.layers.cells.single_step import SingleStep, StepWeights, aligned
from nlp.layers.workspace import Workspace


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

    gates, sigmas, scratch = 3, 2, 4
    gate_names = ("r", "z", "h̃")

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step; z leaves as the gates, `saved` as r * h_{t-1}."""
        h = before[0]
        z[:2] += link.product(h, RESET_AND_UPDATE, scratch[:2])
        sigma_and_tanh_(z[:2], z[:2])
        reset, update, new = z
        np.multiply(reset, h, out=saved[0])
        new += link.product(saved[0], NEW, scratch[:1])[0]
        np.tanh(new, out=new)
        interpolate(h, update, new, after[0])

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
        """Take one step back; z comes as the gates."""
        dh, h, reset = d[0], before[0], z[0]
        slopes, d_reset_h = scratch[:2], scratch[2]
        interpolate_backward(dh, h, z, slopes, back[0], scratch[3])
        link.product_back(z[2:], NEW, scratch[2:3])
        np.multiply(reset, d_reset_h, out=scratch[3])
        back[0] += scratch[3]
        slopes[0] *= h
        np.multiply(slopes[0], d_reset_h, out=reset)
        link.product_back(z[:2], RESET_AND_UPDATE, slopes)
        back[0] += slopes[0]
        back[0] += slopes[1]

    def gradients(self, grad: Tensors, dz: Floats, h: Floats, saved: Floats, workspace: Workspace) -> None:
        """Add the gradient of U: dz_t h_{t-1}ᵀ of r and z, but dz_t (r * h_{t-1})ᵀ of n."""
        add_products_(grad["U"][:2], h, dz[:2], workspace)
        add_products_(grad["U"][2:], saved[0], dz[2:], workspace)

    def single_step(self, weights: StepWeights, carried: Floats) -> SingleStep:
        """The step of `forward` for decoding, in place."""
        h, z, gates = carried[0], weights.room(carried, 2), 2 * weights.hidden
        reset_h, new, half = np.empty_like(h), np.empty_like(h), z.dtype.type(0.5)
        input_part = weights.input_part(carried)
        reset, update = np.split(z, 2, axis=-1)
        U_gates, U_new = aligned(weights.U[:, :gates]), aligned(weights.U[:, gates:])

        def step(x: Any) -> Floats:
            of_input = input_part(x)
            np.dot(h, U_gates, out=z)
            np.add(z, of_input[..., :gates], out=z)
            np.tanh(z, out=z)
            np.multiply(z, half, out=z)
            np.add(z, half, out=z)
            np.multiply(reset, h, out=reset_h)
            np.dot(reset_h, U_new, out=new)
            np.add(new, of_input[..., gates:], out=new)
            np.tanh(new, out=new)
            return interpolate(h, update, new, h)

        return step


def interpolate(h: Floats, update: Floats, new: Floats, out: Floats) -> Floats:
    """Write update * h + (1 - update) * new over `out`, which may be h, as new + update * (h - new)."""
    np.subtract(h, new, out=out)
    np.multiply(out, update, out=out)
    return np.add(out, new, out=out)


def interpolate_backward(
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
