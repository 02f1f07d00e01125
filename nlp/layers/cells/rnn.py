"""The simple recurrent cell, with tanh or ReLU."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.cells.cell import ALL, Cell, Link
from nlp.layers.cells.single_step import SingleStep, StepWeights


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

    gates, scratch = 1, 1

    def __init__(self, *, relu: bool = False) -> None:
        self._relu = relu

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step; `saved` leaves as φ'(z_t)."""
        z += link.product(before[0], ALL, scratch)
        h = after[0]
        if self._relu:
            np.maximum(z[0], 0.0, out=h)
            np.sign(h, out=saved[0])
        else:
            np.tanh(z[0], out=h)
            np.multiply(h, h, out=saved[0])
            np.subtract(1.0, saved[0], out=saved[0])

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
        """Take one step back; `saved` comes as φ'(z_t)."""
        np.multiply(d, saved, out=z)
        link.product_back(z, ALL, back)

    def single_step(self, weights: StepWeights, carried: Floats) -> SingleStep:
        """The step of `forward` for decoding, in place."""
        h, z, U = carried[0], weights.room(carried, 1), weights.U
        input_part, relu = weights.input_part(carried), self._relu

        def step(x: Any) -> Floats:
            np.dot(h, U, out=z)
            np.add(z, input_part(x), out=z)
            return np.maximum(z, 0.0, out=h) if relu else np.tanh(z, out=h)

        return step
