"""The dense layer: an affine map of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.layers.arrays import Floats
    from nlp.layers.workspace import Workspace


def dense_forward(p: Mapping[str, Floats], x: Floats, workspace: Workspace) -> Floats:
    """Map every row.

    A layer without a bias has no `b`. Where `W` is a transposed view, of an embedding that is tied to the
    output say, nothing is copied.

    Equation: y = x W + b
    Shapes:   x (N, D); W (D, H); b (H,) -> y (N, H), a buffer of `workspace`
    """
    y = np.matmul(x, p["W"], out=workspace("y", len(x), p["W"].shape[1]))
    if "b" in p:
        y += p["b"]
    return y


def dense_backward(
    p: Mapping[str, Floats], grad: Mapping[str, Floats], dy: Floats, x: Floats, workspace: Workspace
) -> Floats:
    """Add the gradients of the parameters to `grad`; return that of x.

    Equation: dW += xᵀ dy;   db += Σ_n dy_n;   dx = dy Wᵀ
    Shapes:   dy (N, H); x (N, D) -> dx (N, D), a buffer of `workspace`
    """
    dW = grad["W"]
    if dW.flags.c_contiguous:
        dW += np.matmul(x.T, dy, out=workspace("dW", *dW.shape))
    else:  # a transposed view: the product is taken in the order of its memory, so that the sum is fast
        dW.T[...] += np.matmul(dy.T, x, out=workspace("dW", *dW.T.shape))
    if "b" in p:
        grad["b"][...] += dy.sum(axis=0)
    return np.matmul(dy, p["W"].T, out=workspace("dx", *x.shape))
