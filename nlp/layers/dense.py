"""The dense layer: an affine map of every row."""

from __future__ import annotations

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.workspace import Workspace

_PART = 1 << 18  # values of a gradient (1 MB of float32) that are computed before they are added


def add_product_(dW: Floats, x: Floats, dy: Floats, workspace: Workspace) -> None:
    """Add the gradient of weights, in parts small enough to be still in the cache when they are added.

    Equation: dW += xᵀ dy
    Shapes:   dW (D, H); x (N, D); dy (N, H)
    """
    step = max(64, _PART // dW.shape[1])
    for start in range(0, len(dW), step):
        part = dW[start : start + step]
        part += np.matmul(x[:, start : start + step].T, dy, out=workspace("product", *part.shape))


def dense_forward(p: Tensors, x: Floats, workspace: Workspace) -> Floats:
    """Map every row.

    A layer without a bias has no `b`. `W` may be a transposed view, as of an embedding that is tied to the
    output; it is not copied.

    Equation: y = x W + b
    Shapes:   x (N, D); W (D, H); b (H,) -> y (N, H), a buffer of `workspace`
    """
    y = np.matmul(x, p["W"], out=workspace("y", len(x), p["W"].shape[1]))
    if "b" in p:
        y += p["b"]
    return y


def dense_backward(p: Tensors, grad: Tensors, dy: Floats, x: Floats, workspace: Workspace) -> Floats:
    """Add the gradients of the parameters to `grad`; return that of x.

    Equation: dW += xᵀ dy;   db += Σ_n dy_n;   dx = dy Wᵀ
    Shapes:   dy (N, H); x (N, D) -> dx (N, D), a buffer of `workspace`
    """
    dW = grad["W"]
    if dW.flags.c_contiguous:
        add_product_(dW, x, dy, workspace)
    else:  # a transposed view: dWᵀ += dyᵀ x adds in the order in which its memory lies
        add_product_(dW.T, dy, x, workspace)
    if "b" in p:
        grad["b"][...] += dy.sum(axis=0)
    return np.matmul(dy, p["W"].T, out=workspace("dx", *x.shape))
