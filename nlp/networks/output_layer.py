"""The output layer of a language model: from hidden vectors to probabilities of the next token, and the loss.

Scores of a whole batch, rows times vocabulary, may be more than fits in memory: both layers take the rows in
blocks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nlp.errors import InputError
from nlp.layers.adaptive_softmax import (
    adaptive_cross_entropy,
    adaptive_log_probabilities,
    adaptive_loss,
    adaptive_shapes,
    default_cutoffs,
)
from nlp.layers.dense import add_product_
from nlp.layers.softmax import log_softmax, softmax_cross_entropy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.parameters import Parameters
    from nlp.layers.workspace import Workspace
    from nlp.networks.config import LanguageModelConfig

_BLOCK = 1 << 25  # scores in memory at a time: 128 MB of float32
_CHUNK = 1 << 17  # scores that go through the softmax together: they stay in the processor's cache


class SoftmaxOutput:
    """A score for every token, and the softmax of all of them.

    Equation: z = h Wᵀ + b,   P(v | h) = exp z_v / Σ_u exp z_u
    Shapes:   W (V, H), which is the embedding where the model is tied; b (V,)
    Source:   Press & Wolf 2017, "Using the output embedding to improve language models" (tied)
    """

    def __init__(self, vocabulary_size: int, inputs: int, weights: str = "output.W") -> None:
        """Score V tokens from vectors of H = `inputs` numbers, by the tensor named `weights`."""
        self._size, self._inputs, self._weights = vocabulary_size, inputs, weights

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the layer, without those that belong to the embedding."""
        own = {"output.W": (self._size, self._inputs)} if self._weights == "output.W" else {}
        return own | {"output.b": (self._size,)}

    def loss_and_grad(
        self, p: Parameters, grad: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace
    ) -> tuple[float, Floats]:
        """Add d(loss)/dw to `grad`; return the loss in nats, summed, and d(loss)/dh.

        Equation: dz = mask (P - onehot(target));   dh = dz W,   dW += dzᵀ h,   db += Σ_n dz_n
        Shapes: h (N, H), targets (N,), mask (N,) 0 or 1 -> a float, dh (N, H), a buffer of `workspace`
        """
        W, loss = p[self._weights], 0.0
        dh = workspace("dh", *h.shape)
        for rows in _blocks(len(h), self._size):
            z = np.matmul(h[rows], W.T, out=workspace("scores", rows.stop - rows.start, self._size))
            loss += self._softmax_(z, p["output.b"], targets[rows], mask[rows])
            np.matmul(z, W, out=dh[rows])
            add_product_(grad[self._weights], z, h[rows], workspace)
            grad["output.b"][...] += np.ones(len(z), z.dtype) @ z
        return loss, dh

    def loss(self, p: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace) -> float:
        """The loss alone."""
        loss = 0.0
        for rows in _blocks(len(h), self._size):
            z = np.matmul(
                h[rows], p[self._weights].T, out=workspace("scores", rows.stop - rows.start, self._size)
            )
            loss += self._softmax_(z, p["output.b"], targets[rows], mask[rows])
        return loss

    def log_probabilities(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """Log-probabilities of every token, in nats.

        Shapes: h (N, H), few enough rows for their scores to fit in memory -> (N, V), a buffer of `workspace`
        """
        W, b = p[self._weights], p["output.b"]
        if len(h) == 1:  # generation, token by token: as few calls and passes as possible
            y = workspace("scores", self._size)
            np.add(np.dot(W, h[0], out=y), b, out=y)
            np.subtract(y, np.maximum.reduce(y), out=y)
            exponentials = np.exp(y, out=workspace("exponentials", self._size))
            return np.subtract(y, math.log(np.add.reduce(exponentials)), out=y)[None]
        z = np.dot(h, W.T, out=workspace("scores", len(h), self._size))
        z += b
        return log_softmax(z, out=z)

    def log_probabilities_of(self, p: Parameters, h: Floats, targets: Ids, workspace: Workspace) -> Floats:
        """Log-probabilities of the targets alone. Shapes: h (N, H), targets (N,) -> (N,)."""
        y = np.empty(len(h), h.dtype)
        for rows in _blocks(len(h), self._size):
            z = np.matmul(
                h[rows], p[self._weights].T, out=workspace("scores", rows.stop - rows.start, self._size)
            )
            z += p["output.b"]
            log_softmax(z, out=z)
            y[rows] = z[np.arange(len(z)), targets[rows]]
        return y

    def _softmax_(self, z: Floats, b: Floats, targets: Ids, mask: Floats) -> float:
        """Add the biases b and overwrite the scores with their gradient, in chunks; return the loss."""
        loss, rows = 0.0, max(1, _CHUNK // self._size)
        for start in range(0, len(z), rows):
            chunk = slice(start, start + rows)
            z[chunk] += b
            loss += softmax_cross_entropy(z[chunk], targets[chunk], mask[chunk])
        return loss


class AdaptiveSoftmaxOutput:
    """Frequent tokens are scored in full, clusters of rarer ones from narrow vectors: see `adaptive_softmax`.

    Shapes: the tensors of `adaptive_shapes`, under `output`
    """

    def __init__(self, vocabulary_size: int, inputs: int) -> None:
        self._size, self._inputs, self._cutoffs = vocabulary_size, inputs, default_cutoffs(vocabulary_size)
        if not self._cutoffs:
            raise InputError(
                f"softmax 'adaptive' is for large vocabularies, and this one has {vocabulary_size} tokens; "
                f"use 'full'"
            )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the layer."""
        of_layer = adaptive_shapes(self._inputs, self._size, self._cutoffs)
        return {f"output.{name}": shape for name, shape in of_layer.items()}

    def loss_and_grad(
        self, p: Parameters, grad: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace
    ) -> tuple[float, Floats]:
        """See `SoftmaxOutput`."""
        dh, loss = workspace("dh", *h.shape), 0.0
        tensors, gradients = p.scope("output"), grad.scope("output")
        for rows in _blocks(len(h), self._size):
            of_rows, dh[rows] = adaptive_cross_entropy(
                tensors, gradients, h[rows], targets[rows], mask[rows], workspace
            )
            loss += of_rows
        return loss, dh

    def loss(self, p: Parameters, h: Floats, targets: Ids, mask: Floats, workspace: Workspace) -> float:
        """See `SoftmaxOutput`."""
        tensors = p.scope("output")
        return sum(
            adaptive_loss(tensors, h[rows], targets[rows], mask[rows], workspace)
            for rows in _blocks(len(h), self._size)
        )

    def log_probabilities(self, p: Parameters, h: Floats, workspace: Workspace) -> Floats:
        """See `SoftmaxOutput`."""
        return adaptive_log_probabilities(p.scope("output"), h, workspace)

    def log_probabilities_of(self, p: Parameters, h: Floats, targets: Ids, workspace: Workspace) -> Floats:
        """See `SoftmaxOutput`."""
        y = np.empty(len(h), h.dtype)
        for rows in _blocks(len(h), self._size):
            of_all = self.log_probabilities(p, h[rows], workspace)
            y[rows] = of_all[np.arange(len(of_all)), targets[rows]]
        return y


def make_output(
    config: LanguageModelConfig, vocabulary_size: int, inputs: int
) -> SoftmaxOutput | AdaptiveSoftmaxOutput:
    """The output layer of these settings, for hidden vectors of `inputs` numbers.

    Raises: InputError where the vocabulary is too small for an adaptive softmax
    """
    if config.softmax == "adaptive":
        return AdaptiveSoftmaxOutput(vocabulary_size, inputs)
    return SoftmaxOutput(vocabulary_size, inputs, "E" if config.tied else "output.W")


def _blocks(rows: int, size: int) -> Iterator[slice]:
    """Slices of the rows whose scores fit in memory together."""
    step = max(1, _BLOCK // size)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
