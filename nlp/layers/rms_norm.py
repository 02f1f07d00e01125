"""Root mean square normalisation of every row by itself."""

from __future__ import annotations

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.softmax import row_blocks
from nlp.layers.workspace import Workspace

_EPSILON = 1e-5
_IN_CACHE = 1 << 15  # values of the rows that are taken through all passes at a time


def rms_norm_forward(p: Tensors, x: Floats, workspace: Workspace) -> tuple[Floats, tuple[Floats, Floats]]:
    """Give every row the root mean square 1, then scale each column.

    Equation: y = g * n,   n = x s,   s = 1 / √(mean_d x_d² + ε)
    Shapes:   x (N, D); gain g (D,) -> y (N, D), a buffer of `workspace`, and (n, s)
    Source:   Zhang & Sennrich 2019, "Root mean square layer normalization", §4
    """
    rows, width = x.shape
    y, normal, scale = workspace("y", rows, width), workspace("normal", rows, width), workspace("scale", rows)
    for at in row_blocks(rows, width, _IN_CACHE):
        squares = np.einsum("nd,nd->n", x[at], x[at])
        squares /= width
        squares += _EPSILON
        np.divide(1, np.sqrt(squares, out=squares), out=scale[at])
        np.multiply(x[at], scale[at, None], out=normal[at])
        np.multiply(normal[at], p["gain"], out=y[at])
    return y, (normal, scale)


def rms_norm_backward(
    p: Tensors, grad: Tensors, dy: Floats, cache: tuple[Floats, Floats], workspace: Workspace
) -> Floats:
    """Add the gradient of the gain to `grad`; return that of x.

    Equation: dg += Σ_n dy_n n_n;   dx = s (g dy - n mean_d(g dy n))
    Shapes:   dy (N, D) -> dx (N, D), a buffer of `workspace`
    """
    normal, scale = cache
    dx, product = workspace("dx", *dy.shape), workspace("product", *dy.shape)
    for at in row_blocks(len(dy), dy.shape[1], _IN_CACHE):
        d, n, along = dx[at], normal[at], product[at]
        grad["gain"][...] += np.einsum("nd,nd->d", dy[at], n)
        np.multiply(dy[at], p["gain"], out=d)
        share = np.einsum("nd,nd->n", d, n)
        share /= d.shape[1]
        d -= np.multiply(n, share[:, None], out=along)
        d *= scale[at, None]
    return dx
