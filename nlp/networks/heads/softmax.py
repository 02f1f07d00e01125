"""The head that scores every token."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.dense import add_product_
from nlp.layers.parameters import Parameters
from nlp.layers.softmax import cross_entropy, log_softmax
from nlp.layers.workspace import Workspace
from nlp.networks.heads.head import Head


class SoftmaxHead(Head):
    """A score for every token, and the softmax of all of them.

    Equation: z = W h + b,   P(v | h) = exp z_v / Σ_u exp z_u
    Shapes:   W (V, F), which is the embedding where the model is tied; b (V,)
    Source:   Press & Wolf 2017, "Using the output embedding to improve language models" (tied)
    """

    def __init__(self, size: int, inputs: int, weights: str = "output.W") -> None:
        """Score V = `size` tokens from vectors of F = `inputs` numbers, by the tensor named `weights`."""
        self.size, self._inputs, self._weights = size, inputs, weights

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors `output.W`, unless it is the embedding, and `output.b`."""
        own = {"output.W": (self.size, self._inputs)} if self._weights == "output.W" else {}
        return own | {"output.b": (self.size,)}

    def loss_and_grad(
        self, p: Parameters, grad: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace
    ) -> tuple[float, Floats]:
        """Add d(loss)/dw to `grad`; return the loss in nats, summed over unmasked places, and d(loss)/dh.

        Equation: dz = mask (P - onehot(target));   dh = Wᵀ dz,   dW += Σ dz hᵀ,   db += Σ dz
        Shapes:   h (T, B, F); targets, mask (T, B) -> a float, dh (T, B, F), a buffer of `workspace`
        """
        W, b, loss = p[self._weights], p["output.b"], 0.0
        dW, db, dh = grad[self._weights], grad["output.b"], workspace("dh", *h.shape)
        flat, of_rows = h.reshape(-1, self._inputs), dh.reshape(-1, self._inputs)
        for rows, z in self._products(p, flat, workspace):
            loss += cross_entropy(z, targets.reshape(-1)[rows], mask.reshape(-1)[rows], b)
            np.matmul(z, W, out=of_rows[rows])
            add_product_(dW, z, flat[rows], workspace)
            db += np.ones(len(z), z.dtype) @ z
        return loss, dh

    def loss(self, p: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace) -> float:
        """The loss in nats alone, summed. Shapes: h (T, B, F); targets, mask (T, B)."""
        loss = 0.0
        for rows, z in self._products(p, h.reshape(-1, self._inputs), workspace):
            of_rows = targets.reshape(-1)[rows], mask.reshape(-1)[rows], p["output.b"]
            loss += cross_entropy(z, *of_rows, gradient=False)
        return loss

    def log_probabilities(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """Log-probabilities of every token in nats. Shapes: h (N, F) -> (N, V), a buffer of `workspace`."""
        W, b = p[self._weights], p["output.b"]
        if len(h) == 1:  # generation, token by token: as few calls and passes as possible
            y = workspace("scores", self.size)
            np.add(np.dot(W, h[0], out=y), b, out=y)
            np.subtract(y, np.maximum.reduce(y), out=y)
            exponentials = np.exp(y, out=workspace("exponentials", self.size))
            return np.subtract(y, math.log(np.add.reduce(exponentials)), out=y)[None]
        z = np.dot(h, W.T, out=workspace("scores", len(h), self.size))
        z += b
        return log_softmax(z, out=z)

    def log_probabilities_of(self, p: Parameters, h: Floats, targets: Ids, workspace: Workspace) -> Floats:
        """Log-probabilities of the targets alone, in nats. Shapes: h (T, B, F), targets (T, B) -> (T, B)."""
        y = np.empty(targets.shape, h.dtype)
        for rows, z in self._products(p, h.reshape(-1, self._inputs), workspace):
            np.add(z, p["output.b"], out=z)
            log_softmax(z, out=z)
            y.reshape(-1)[rows] = z[np.arange(len(z)), targets.reshape(-1)[rows]]
        return y

    def _products(self, p: Parameters, h: Floats, workspace: Workspace) -> Iterator[tuple[slice, Floats]]:
        """Yield W h, block by block. Shapes: h (N, F) -> rows n, (n, V), a buffer of `workspace`."""
        for rows in self.blocks(len(h)):
            of_rows = h[rows]
            out = workspace("scores", len(of_rows), self.size)
            yield rows, np.matmul(of_rows, p[self._weights].T, out=out)
