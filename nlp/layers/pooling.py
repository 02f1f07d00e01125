"""Pooling: the vectors of all places of a sequence as one, whose size does not depend on its length.

Rows are sorted by falling length; the first `active[t]` of them have a place t. What stands where a row has
ended is not read, and has gradient 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.ragged import alive
from nlp.layers.workspace import Workspace

_NEVER = -1e30  # a score of what is not there, finite so that nothing becomes NaN


class Cache(NamedTuple):
    """What a forward pass leaves: `h` (T, B, F), `active`, and what the pool itself keeps."""

    h: Floats
    active: Sequence[int]
    kept: tuple[npt.NDArray[Any], ...]


class Pool(Protocol):
    """One way of pooling, as two functions of vectors h (T, B, F)."""

    def shapes(self, width: int) -> dict[str, tuple[int, ...]]:  # noqa: ARG002  most have none
        """The tensors of a pool of vectors of F numbers."""
        return {}

    def forward(
        self, p: Tensors, h: Floats, active: Sequence[int], workspace: Workspace
    ) -> tuple[Floats, Cache]:
        """The vectors of rows, y (B, F), a buffer of `workspace`, and what `backward` needs."""

    def backward(self, p: Tensors, grad: Tensors, dy: Floats, cache: Cache, workspace: Workspace) -> Floats:
        """Add the gradients of the tensors; return dh (T, B, F), a buffer of `workspace`."""


class Last(Pool):
    """What each direction knows at its end, of layers that read from both sides.

    Equation: y = [→h_T; ←h_1],   h_t = [→h_t; ←h_t]
    Shapes:   F even, half of it of either direction
    """

    def forward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        h: Floats,
        active: Sequence[int],
        workspace: Workspace,
    ) -> tuple[Floats, Cache]:
        """The last vector of one direction beside the first one of the other."""
        y, half = workspace("y", *h.shape[1:]), h.shape[2] // 2
        last = alive(active).sum(axis=0) - 1
        y[:, :half] = h[last, np.arange(len(last)), :half]
        y[:, half:] = h[0, :, half:]
        return y, Cache(h, active, (last,))

    def backward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        grad: Tensors,  # noqa: ARG002  it has none
        dy: Floats,
        cache: Cache,
        workspace: Workspace,
    ) -> Floats:
        """The gradients of the ends."""
        dh, half, last = workspace("dh", *cache.h.shape), cache.h.shape[2] // 2, cache.kept[0]
        dh[...] = 0
        dh[last, np.arange(len(last)), :half] = dy[:, :half]
        dh[0, :, half:] = dy[:, half:]
        return dh


class Mean(Pool):
    """The mean over the places of each row.

    Equation: y = Σ_t h_t / T
    """

    def forward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        h: Floats,
        active: Sequence[int],
        workspace: Workspace,
    ) -> tuple[Floats, Cache]:
        """Sum what is there, one place after the other."""
        y = workspace("y", *h.shape[1:])
        y[...] = 0
        for t, rows in enumerate(active):
            y[:rows] += h[t, :rows]
        lengths = alive(active).sum(axis=0)[:, None].astype(h.dtype)
        y /= lengths
        return y, Cache(h, active, (lengths,))

    def backward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        grad: Tensors,  # noqa: ARG002  it has none
        dy: Floats,
        cache: Cache,
        workspace: Workspace,
    ) -> Floats:
        """Each place gets an equal part."""
        dh, part = workspace("dh", *cache.h.shape), dy / cache.kept[0]
        for t, rows in enumerate(cache.active):
            dh[t, :rows], dh[t, rows:] = part[:rows], 0
        return dh


class Max(Pool):
    """The largest value of each number over the places of a row; the first of equals.

    Equation: y_f = max_t h_tf
    Source:   Collobert & Weston 2008, "A unified architecture for natural language processing"; over
              recurrent layers of both directions, Lai, Xu, Liu & Zhao 2015, "Recurrent convolutional neural
              networks for text classification"
    """

    def forward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        h: Floats,
        active: Sequence[int],
        workspace: Workspace,
    ) -> tuple[Floats, Cache]:
        """Keep which place has the largest value."""
        y, at = workspace("y", *h.shape[1:]), np.zeros(h.shape[1:], np.int32)
        y[...] = h[0]
        for t, rows in enumerate(active):
            larger = h[t, :rows] > y[:rows]
            np.maximum(y[:rows], h[t, :rows], out=y[:rows])
            at[:rows][larger] = t
        return y, Cache(h, active, (at,))

    def backward(
        self,
        p: Tensors,  # noqa: ARG002  it has none
        grad: Tensors,  # noqa: ARG002  it has none
        dy: Floats,
        cache: Cache,
        workspace: Workspace,
    ) -> Floats:
        """The place of the largest value gets all of it."""
        dh, at = workspace("dh", *cache.h.shape), cache.kept[0]
        for t in range(len(dh)):
            np.multiply(dy, at == t, out=dh[t])
        return dh


class Attention(Pool):
    """The mean over the places of a row, each weighted by what it holds.

    Equation: u_t = tanh(W h_t + b),   a = softmax_t(u_t v),   y = Σ_t a_t h_t
    Shapes:   W (F, A), b (A,), v (A, 1), with A = F / 2
    Source:   Yang, Yang, Dyer, He, Smola & Hovy 2016, "Hierarchical attention networks for document
              classification", §2.2
    """

    def shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        """What looks at a place, and the vector that it is compared with."""
        return {"W": (width, width // 2), "b": (width // 2,), "v": (width // 2, 1)}

    def forward(
        self, p: Tensors, h: Floats, active: Sequence[int], workspace: Workspace
    ) -> tuple[Floats, Cache]:
        """Weigh the places, and sum them."""
        steps, batch, width = h.shape
        u = np.tanh(
            dense_forward(p, h.reshape(-1, width), workspace), out=workspace("u", steps * batch, width // 2)
        )
        a = (u @ p["v"]).reshape(steps, batch)
        a[~alive(active)] = _NEVER
        a -= a.max(axis=0)
        np.exp(a, out=a)
        a /= a.sum(axis=0)
        y = workspace("y", batch, width)
        y[...] = 0
        for t, rows in enumerate(active):
            y[:rows] += a[t, :rows, None] * h[t, :rows]
        return y, Cache(h, active, (u, a))

    def backward(self, p: Tensors, grad: Tensors, dy: Floats, cache: Cache, workspace: Workspace) -> Floats:
        """Through the sum, the softmax and what looked at the places."""
        h, active, (u, a) = cache
        steps, batch, width = h.shape
        ds = np.zeros_like(a)
        for t, rows in enumerate(active):
            ds[t, :rows] = np.einsum("bf,bf->b", h[t, :rows], dy[:rows])
        ds -= (ds * a).sum(axis=0)
        ds *= a
        flat = ds.reshape(-1)
        grad["v"][:, 0] += flat @ u
        du = workspace("du", *u.shape)
        np.multiply(u, u, out=du)
        np.subtract(1, du, out=du)
        du *= flat[:, None]
        du *= p["v"][:, 0]
        dh = dense_backward(p, grad, du, h.reshape(-1, width), workspace).reshape(steps, batch, width)
        for t, rows in enumerate(active):
            dh[t, :rows] += a[t, :rows, None] * dy[:rows]
        return dh


POOLS: Mapping[str, Pool] = {"last": Last(), "mean": Mean(), "max": Max(), "attention": Attention()}
"""Every pool by its name."""
