"""One step of a cell for the texts being generated: all gates as one vector, in buffers bound to a state.

A step takes the vector of one text, (H,), or those of several, (rows, H): the same calls serve both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.layers.batch_norm import Moments
from nlp.layers.cells import GruResetAfter, Rnn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nlp.layers.arrays import Floats
    from nlp.layers.cell_protocol import Cell

    Tensors = Mapping[str, Floats]
    Call = Callable[[Any], Floats]

_CACHE_LINE = 64  # bytes


class Step:
    """The weights of a layer, laid out for one step.

    The weights W (D, G H) and U (H, G H) begin at the start of a line of the processor's cache. A product
    with one vector does little but read them, and no load then straddles two lines.

    Attributes: `table` (V, G H), W x + b for every token of the vocabulary, where the layer takes a token's
    number instead of x; `sigmas`, how many of the G gates, the first ones, go through σ, the rest tanh.
    """

    sigmas = 0

    def __init__(self, p: Tensors, E: Floats | None) -> None:
        W, U, b = _fused(p["W"]), _fused(p["U"]), p["b"].reshape(-1).copy()
        self.hidden = p["b"].shape[1]
        for weights in (W, U, b):
            weights[..., : self.sigmas * self.hidden] *= 0.5  # σ(z) = (1 + tanh(z/2)) / 2
        self.W, self.U, self.b = W, U, b
        self.table: Floats | None = None if E is None else E @ W + b

    def bind(self, carried: Floats) -> Call:
        """A function that takes one step from the vectors `carried` (S, …, H), and moves them.

        It takes the input (…, D), or token numbers if there is a table, and returns the output (…, H).
        """
        raise NotImplementedError

    def input_part(self, out: Floats) -> Call:
        """A function from x to W x + b of all gates (…, G H): written over `out`, or a row of the table."""
        W, b, table = self.W, self.b, self.table
        if table is not None:
            return table.__getitem__

        def product(x: Floats) -> Floats:
            np.dot(x, W, out=out)
            return np.add(out, b, out=out)

        return product

    def _room(self, carried: Floats, gates: int) -> Floats:
        return np.empty((*carried.shape[1:-1], gates * self.hidden), carried.dtype)


class _RnnStep(Step):
    def __init__(self, p: Tensors, E: Floats | None, activation: str) -> None:
        super().__init__(p, E)
        self.activation = activation

    def bind(self, carried: Floats) -> Call:
        h: Floats = carried[0]
        z, input_part = self._room(carried, 1), self.input_part(self._room(carried, 1))
        tanh = self.activation == "tanh"

        def step(x: Any) -> Floats:
            np.dot(h, self.U, out=z)
            np.add(z, input_part(x), out=z)
            if tanh:
                np.tanh(z, out=h)
            else:
                np.maximum(z, 0.0, out=h)
            return h

        return step


class _LstmStep(Step):
    sigmas = 3

    def __init__(self, p: Tensors, E: Floats | None) -> None:
        super().__init__(p, E)
        self.memory = p.get("memory_scale"), p.get("memory_shift", np.float32(0))

    def bind(self, carried: Floats) -> Call:
        h: Floats = carried[0]
        c: Floats = carried[1]
        z = self._room(carried, 4)
        input_part = self.input_part(self._room(carried, 4))
        memory_scale, memory_shift = self.memory
        sigma, (i, f, o, g), spare = z[..., : 3 * self.hidden], np.split(z, 4, axis=-1), np.empty_like(c)
        half, U = z.dtype.type(0.5), self.U

        def step(x: Any) -> Floats:
            np.dot(h, U, out=z)
            np.add(z, input_part(x), out=z)
            np.tanh(z, out=z)
            np.multiply(sigma, half, out=sigma)
            np.add(sigma, half, out=sigma)
            np.multiply(c, f, out=c)
            np.multiply(i, g, out=spare)
            np.add(c, spare, out=c)
            if memory_scale is None:
                np.tanh(c, out=spare)
            else:
                np.multiply(c, memory_scale, out=spare)
                np.add(spare, memory_shift, out=spare)
                np.tanh(spare, out=spare)
            np.multiply(o, spare, out=h)
            return h

        return step


class _GruStep(Step):
    sigmas = 2

    def bind(self, carried: Floats) -> Call:
        h, z, spare = carried[0], self._room(carried, 2), np.empty_like(carried[0])
        new = np.empty_like(spare)
        input_part = self.input_part(self._room(carried, 3))
        r, update = np.split(z, 2, axis=-1)
        half, H = z.dtype.type(0.5), self.hidden
        U_gates, U_new = _aligned(self.U[:, : 2 * H]), _aligned(self.U[:, 2 * H :])

        def step(x: Any) -> Floats:
            of_input = input_part(x)
            np.dot(h, U_gates, out=z)
            np.add(z, of_input[..., : 2 * H], out=z)
            np.tanh(z, out=z)
            np.multiply(z, half, out=z)
            np.add(z, half, out=z)
            np.multiply(r, h, out=spare)
            np.dot(spare, U_new, out=new)
            np.add(new, of_input[..., 2 * H :], out=new)
            return _interpolate_(h, update, new)

        return step


class _GruResetAfterStep(Step):
    sigmas = 2

    def __init__(self, p: Tensors, E: Floats | None) -> None:
        super().__init__(p, E)
        self.b_reset = p["b_reset"]

    def bind(self, carried: Floats) -> Call:
        h, z = carried[0], self._room(carried, 3)
        input_part = self.input_part(self._room(carried, 3))
        half, H = z.dtype.type(0.5), self.hidden
        gates, (r, update, new) = z[..., : 2 * H], np.split(z, 3, axis=-1)

        def step(x: Any) -> Floats:
            of_input = input_part(x)
            np.dot(h, self.U, out=z)
            np.add(gates, of_input[..., : 2 * H], out=gates)
            np.tanh(gates, out=gates)
            np.multiply(gates, half, out=gates)
            np.add(gates, half, out=gates)
            np.add(new, self.b_reset, out=new)
            np.multiply(new, r, out=new)
            np.add(new, of_input[..., 2 * H :], out=new)
            return _interpolate_(h, update, new)

        return step


def make_step(cell: Cell, p: Tensors, statistics: Tensors, E: Floats | None) -> Step:
    """The step of a layer with these tensors and statistics; with E (V, D), it takes token numbers for x."""
    p = _without_normalisation(p, statistics)
    if isinstance(cell, Rnn):
        return _RnnStep(p, E, cell.activation)
    if isinstance(cell, GruResetAfter):
        return _GruResetAfterStep(p, E)
    return (_LstmStep if cell.name == "lstm" else _GruStep)(p, E)


def _without_normalisation(p: Tensors, statistics: Tensors) -> Tensors:
    """The tensors of a layer without batch normalisation that computes the same as the layer of `p`.

    With fixed moments a normalisation is a scale and a shift, which can be folded into weights and biases. An
    LSTM's memory has no weights: its scale and shift stay, as `memory_scale` and `memory_shift` (H,).

    Equation: γ (x W - μ) / √(σ² + ε) = x (W s) - μ s,   s = γ / √(σ² + ε)
    """
    folded = dict(p)
    for name, weights in (("x", "W"), ("u", "U")):
        if f"gamma_{name}" in p:
            scale, shift = _scale_and_shift(name, p, statistics)
            folded[weights] = p[weights] * scale[:, None]
            folded["b"] = folded["b"] + shift
    if "gamma_c" in p:
        scale, shift = _scale_and_shift("c", p, statistics)
        folded |= {"memory_scale": scale[0], "memory_shift": shift[0] + p["beta_c"]}
    return folded


def _scale_and_shift(name: str, p: Tensors, statistics: Tensors) -> tuple[Floats, Floats]:
    """Scale s and shift -μ s by the moments kept. Shapes: (G, H) each, (1, H) for an LSTM's memory."""
    moments = Moments(statistics[f"{name}_mean"][0], statistics[f"{name}_variance"][0])
    scale: Floats = p[f"gamma_{name}"] * moments.scale
    return scale, -moments.mean * scale


def _interpolate_(h: Floats, update: Floats, new: Floats) -> Floats:
    """Write update * h + (1 - update) * tanh(new) over h; `new` is scratch."""
    np.tanh(new, out=new)
    np.subtract(h, new, out=h)
    np.multiply(h, update, out=h)
    return np.add(h, new, out=h)


def _fused(weights: Floats) -> Floats:
    """(G, D, H) as (D, G H), in memory of its own."""
    G, D, H = weights.shape
    return _aligned(weights.swapaxes(0, 1)).reshape(D, G * H)


def _aligned(weights: Floats) -> Floats:
    """A copy that begins with a line of the cache."""
    room = np.empty(weights.nbytes + _CACHE_LINE, np.uint8)
    first = -room.ctypes.data % _CACHE_LINE
    copy: Floats = room[first : first + weights.nbytes].view(weights.dtype).reshape(weights.shape)
    copy[...] = weights
    return copy
