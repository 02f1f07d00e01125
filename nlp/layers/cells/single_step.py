"""The weights of a layer laid out for one step of the texts being generated: all gates as one vector.

A step takes the vector of one text, (H,), or those of several, (rows, H): the same calls serve both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nlp.layers.arrays import Floats, Tensors

SingleStep = Callable[[Any], Floats]

_CACHE_LINE = 64  # bytes


class StepWeights:
    """W (D, G H), U (H, G H) and b (G H,) of a layer, with those of the gates that go through σ halved.

    So one call of tanh serves all gates, since σ(z) = (1 + tanh(z/2)) / 2. Matrices begin with a line of the
    processor's cache: a product with one vector does little but read them, and no load straddles two lines.

    Attributes: `W`, `U`, `b`; `hidden` H; `p`, the tensors as the layer has them; `table` (V, G H), W x + b
    for every token of the vocabulary, where the layer takes a token's number instead of x, else None.
    """

    def __init__(self, sigmas: int, p: Tensors, E: Floats | None = None) -> None:
        """Lay out the tensors `p` of a cell with so many σ; with E (V, D), for token numbers instead of x."""
        self.p, self.hidden = p, p["b"].shape[1]
        self.W, self.U, self.b = _fused(p["W"]), _fused(p["U"]), p["b"].reshape(-1).copy()
        for weights in (self.W, self.U, self.b):
            weights[..., : sigmas * self.hidden] *= 0.5
        self.table: Floats | None = None if E is None else E @ self.W + self.b

    def input_part(self, carried: Floats) -> SingleStep:
        """A function from x to W x + b of all gates (…, G H): a buffer of its own, or rows of the table."""
        W, b, table = self.W, self.b, self.table
        if table is not None:
            return table.__getitem__
        out = self.room(carried, self.p["b"].shape[0])

        def product(x: Floats) -> Floats:
            np.dot(x, W, out=out)
            return np.add(out, b, out=out)

        return product

    def room(self, carried: Floats, gates: int) -> Floats:
        """A buffer for so many gates of the texts whose vectors (S, …, H) are carried: (…, gates H)."""
        return np.empty((*carried.shape[1:-1], gates * self.hidden), carried.dtype)


def aligned(weights: Floats) -> Floats:
    """A copy that begins with a line of the cache."""
    room = np.empty(weights.nbytes + _CACHE_LINE, np.uint8)
    first = -room.ctypes.data % _CACHE_LINE
    copy: Floats = room[first : first + weights.nbytes].view(weights.dtype).reshape(weights.shape)
    copy[...] = weights
    return copy


def _fused(weights: Floats) -> Floats:
    """(G, D, H) as (D, G H), in memory of its own."""
    G, D, H = weights.shape
    return aligned(weights.swapaxes(0, 1)).reshape(D, G * H)
