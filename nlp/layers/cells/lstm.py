"""Long short-term memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.cells.cell import ALL, Cell, Link, sigma_and_tanh_, sigma_slope
from nlp.layers.cells.single_step import SingleStep, StepWeights


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
    with f near 1 the gradient comes through. With a bias of 1 or more the forget gate starts out open, so the
    memory is kept, and gradients flow back through it, before the network has learnt what to keep.

    Source:   Hochreiter & Schmidhuber 1997, "Long short-term memory"; Gers, Schmidhuber & Cummins 2000,
              "Learning to forget: continual prediction with LSTM", for f; Jozefowicz, Zaremba & Sutskever
              2015, "An empirical exploration of recurrent network architectures", for its bias
    """

    gates, sigmas, states, scratch, forget = 4, 3, 2, 5, 1
    gate_names, state_names = ("i", "f", "o", "c̃"), ("h", "c")

    def forward(
        self, link: Link, z: Floats, before: Floats, after: Floats, saved: Floats, scratch: Floats
    ) -> None:
        """Take one step; z leaves as the gates, `saved` as tanh(c_t)."""
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
        """Take one step back; z comes as the gates, `saved` as tanh(c_t)."""
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
        of_i, of_f, of_o, of_g = link.product_back(z, ALL, slopes)
        np.add(of_i, of_f, out=back[0])
        back[0] += of_o
        back[0] += of_g

    def single_step(self, weights: StepWeights, carried: Floats) -> SingleStep:
        """The step of `forward` for decoding, in place.

        A layer whose memory is normalised has `memory_scale` and `memory_shift` (H,) among its tensors.
        """
        h: Floats = carried[0]
        c: Floats = carried[1]
        z, U = weights.room(carried, 4), weights.U
        input_part, spare, half = weights.input_part(carried), np.empty_like(c), z.dtype.type(0.5)
        sigma, (i, f, o, g) = z[..., : 3 * weights.hidden], np.split(z, 4, axis=-1)
        scale, shift = weights.p.get("memory_scale"), weights.p.get("memory_shift")

        def step(x: Any) -> Floats:
            np.dot(h, U, out=z)
            np.add(z, input_part(x), out=z)
            np.tanh(z, out=z)
            np.multiply(sigma, half, out=sigma)
            np.add(sigma, half, out=sigma)
            np.multiply(c, f, out=c)
            np.multiply(i, g, out=spare)
            np.add(c, spare, out=c)
            if scale is None or shift is None:
                np.tanh(c, out=spare)
            else:
                np.multiply(c, scale, out=spare)
                np.add(spare, shift, out=spare)
                np.tanh(spare, out=spare)
            return np.multiply(o, spare, out=h)

        return step
