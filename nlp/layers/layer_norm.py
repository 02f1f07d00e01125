"""Layer normalisation: mean 0 and variance 1 for every row by itself."""

from __future__ import annotations

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.softmax import row_blocks
from nlp.layers.workspace import Workspace

_EPSILON = 1e-5
_IN_CACHE = 1 << 15  # values of the rows that are taken through all passes at a time


def layer_norm_forward(p: Tensors, x: Floats, workspace: Workspace) -> tuple[Floats, tuple[Floats, Floats]]:
    """Give every row mean 0 and variance 1, then scale and, where there is a `shift`, shift each column.

    Equation: y = g * n + b,   n = (x - μ) s,   μ = mean_d x_d,   s = 1 / √(mean_d (x_d - μ)² + ε)
    Shapes:   x (N, D); gain g (D,); shift b (D,) -> y (N, D), a buffer of `workspace`, and (n, s)
    Source:   Ba, Kiros & Hinton 2016, "Layer normalization", §3
    """
    rows, width = x.shape
    y, normal, scale = workspace("y", rows, width), workspace("normal", rows, width), workspace("scale", rows)
    for at in row_blocks(rows, width, _IN_CACHE):
        n = np.subtract(x[at], x[at].mean(axis=1, keepdims=True), out=normal[at])
        squares = np.einsum("nd,nd->n", n, n)
        squares /= width
        squares += _EPSILON
        np.divide(1, np.sqrt(squares, out=squares), out=scale[at])
        n *= scale[at, None]
        np.multiply(n, p["gain"], out=y[at])
        if "shift" in p:
            y[at] += p["shift"]
    return y, (normal, scale)


def layer_norm_backward(
    p: Tensors, grad: Tensors, dy: Floats, cache: tuple[Floats, Floats], workspace: Workspace
) -> Floats:
    """Add the gradients of gain and shift to `grad`; return that of x.

    Equation: dg += Σ_n dy_n n_n;   db += Σ_n dy_n;   dx = s (g dy - mean_d(g dy) - n mean_d(g dy n))
    Shapes:   dy (N, D) -> dx (N, D), a buffer of `workspace`
    """
    normal, scale = cache
    dx, product = workspace("dx", *dy.shape), workspace("product", *dy.shape)
    for at in row_blocks(len(dy), dy.shape[1], _IN_CACHE):
        d, n, along = dx[at], normal[at], product[at]
        grad["gain"][...] += np.einsum("nd,nd->d", dy[at], n)
        if "shift" in p:
            grad["shift"][...] += np.einsum("nd->d", dy[at])
        np.multiply(dy[at], p["gain"], out=d)
        share = np.einsum("nd,nd->n", d, n)
        share /= d.shape[1]
        d -= d.mean(axis=1, keepdims=True)
        d -= np.multiply(n, share[:, None], out=along)
        d *= scale[at, None]
    return dx
