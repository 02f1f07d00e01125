"""The feed-forward part of a Transformer's block: two dense layers over every place by itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlp.layers.arrays import Floats, Tensors
from nlp.layers.dense import dense_backward, dense_forward
from nlp.layers.workspace import Workspace

RELU, SQUARED_RELU = "relu", "squared-relu"
ACTIVATIONS = (RELU, SQUARED_RELU)


class Fed(NamedTuple):
    """What `feed_forward_forward` leaves for the way back.

    Attributes: `x` (N, D); `positive` (N, F), the hidden values that are above 0, the others as 0; `hidden`
    (N, F), these or their squares.
    """

    x: Floats
    positive: Floats
    hidden: Floats


def feed_forward_shapes(width: int, hidden: int, *, biases: bool) -> dict[str, tuple[int, ...]]:
    """The tensors of both layers: `W1` (D, F), `W2` (F, D), and, if asked for, `b1` (F,) and `b2` (D,)."""
    shapes: dict[str, tuple[int, ...]] = {"W1": (width, hidden), "W2": (hidden, width)}
    return shapes | ({"b1": (hidden,), "b2": (width,)} if biases else {})


def feed_forward_forward(p: Tensors, x: Floats, activation: str, workspace: Workspace) -> tuple[Floats, Fed]:
    """Map every row through a wide hidden layer.

    Equation: y = f(x W1 + b1) W2 + b2,   f(z) = max(z, 0) (`relu`) or max(z, 0)² (`squared-relu`)
    Shapes:   x (N, D) -> y (N, D), a buffer of `workspace`
    Source:   Vaswani et al. 2017, "Attention is all you need", §3.3; So, Mańke, Liu, Dai, Shazeer & Le 2021,
              "Primer: searching for efficient transformers for language modeling", §3 (squared ReLU)
    """
    positive = dense_forward(_layer(p, "1"), x, workspace.scope("first"))
    np.maximum(positive, 0, out=positive)
    hidden = positive
    if activation == SQUARED_RELU:
        hidden = np.multiply(positive, positive, out=workspace("hidden", *positive.shape))
    return dense_forward(_layer(p, "2"), hidden, workspace.scope("second")), Fed(x, positive, hidden)


def feed_forward_backward(p: Tensors, grad: Tensors, dy: Floats, cache: Fed, workspace: Workspace) -> Floats:
    """Add the gradients of the parameters to `grad`; return that of x. What `cache` has is overwritten.

    Shapes: dy (N, D) -> dx (N, D), a buffer of `workspace`
    """
    x, positive, hidden = cache
    dz = dense_backward(_layer(p, "2"), _layer(grad, "2"), dy, hidden, workspace.scope("second"))
    if hidden is positive:
        dz *= np.sign(positive, out=positive)
    else:
        dz *= positive
        dz *= 2
    return dense_backward(_layer(p, "1"), _layer(grad, "1"), dz, x, workspace.scope("first"))


def _layer(tensors: Tensors, number: str) -> Tensors:
    """The tensors of one of the dense layers."""
    return {name[0]: tensor for name, tensor in tensors.items() if name in {f"W{number}", f"b{number}"}}
