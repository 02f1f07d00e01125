"""Softmax over the whole vocabulary for a chunk of consecutive tokens, as a few matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.embedding import embedding_backward

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats, Ids
    from nlp.word2vec.kernels.band import ContextBand


def log_sum_exp(z: Floats) -> Floats:
    """Logarithm of the sum of exponentials of each row, for z of any size.

    Equation: y_n = log Σ_v exp z_nv
    Shapes:   z (N, V) -> y (N,)
    """
    highest = z.max(axis=1)
    y: Floats = highest + np.log(np.exp(z - highest[:, None]).sum(axis=1))
    return y


def softmax_(z: Floats) -> Floats:
    """Replace every row by its probabilities, in place; return log Σ_v exp z_nv of each row.

    Equation: y_nv = exp z_nv / Σ_u exp z_nu
    Shapes:   z (N, V) -> (N,)
    """
    highest = z.max(axis=1)
    z -= highest[:, None]
    np.exp(z, out=z)
    sums = z.sum(axis=1)
    z /= sums[:, None]
    log_sums: Floats = highest + np.log(sums)
    return log_sums


class SoftmaxBand:
    """Loss and gradients of one chunk: each input vector predicts the targets that its band pairs it with.

    The probabilities of all words are computed once for each input vector, however many targets it has; the
    part of the gradient that comes from the targets is a band.

    Equation: L = Σ_ij a_ij (-log P(w_i | x_j)),   P(w|x) = exp(x·u_w) / Σ_v exp(x·u_v)
              dL/dz_jv = n_j P(v | x_j) - Σ_{i: w_i = v} a_ij,   n_j = Σ_i a_ij
    Shapes:   X (B + 2m, D) input vectors, or hidden ones with a band of window 0; U (V, D) output vectors
    Source:   Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations in vector
              space", §3; Mikolov, Sutskever et al. 2013, §2, eq. 2
    """

    def __init__(self, band: ContextBand, words: int) -> None:
        self._band, shape, dtype = band, band.shape, band.weights.dtype
        self._scores = np.empty((shape.contexts, words), dtype)
        self._of_targets = np.empty((shape.centers, shape.dim), dtype)
        self._dx_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)
        self._dx_of_targets = np.empty((shape.contexts, shape.dim), dtype)
        self._targets: Ids = np.zeros(shape.centers, np.int32)
        self._pairs: Floats = np.zeros(shape.contexts, dtype)

    def set_targets(self, targets: Ids) -> Floats:
        """Set the target words, one for each center; the band must have its weights by then.

        Shapes: targets (B,) int in [0, V) -> n (B + 2m,), predictions made from each input vector
        """
        self._targets, self._pairs = targets, self._band.pairs_of_contexts()
        return self._pairs

    def gradients(self, X: Floats, U: Floats, dX: Floats, dU: Floats) -> Floats:
        """Write the gradients of L over `dX` and `dU`, shaped like `X` and `U`.

        Shapes: -> (V,), how often each word is predicted: expected by the model, plus in truth
        """
        z = np.matmul(X, U.T, out=self._scores)
        softmax_(z)
        z *= self._pairs[:, None]
        np.matmul(z, U, out=dX)
        np.matmul(z.T, X, out=dU)
        expected: Floats = z.sum(axis=0)
        expected += self._subtract_targets(X, U, dX, dU)
        return expected

    def _subtract_targets(self, X: Floats, U: Floats, dX: Floats, dU: Floats) -> Floats:
        """Subtract the targets' part from the gradients; return how often each word was one (V,)."""
        shape, weights = self._band.shape, self._band.weights
        true_vectors = U.take(self._targets, axis=0, mode="clip").reshape(
            shape.blocks, shape.block, shape.dim
        )
        np.matmul(weights.transpose(0, 2, 1), true_vectors, out=self._dx_of_blocks)
        self._band.overlap_add(self._dx_of_blocks, self._dx_of_targets)
        dX -= self._dx_of_targets
        of_targets = self._of_targets.reshape(true_vectors.shape)
        np.matmul(weights, self._band.by_block(X), out=of_targets)
        np.negative(self._of_targets, out=self._of_targets)
        embedding_backward(dU, self._of_targets, self._targets)
        of_words = np.bincount(self._targets, weights.sum(axis=2).reshape(-1), len(U))
        times: Floats = of_words.astype(weights.dtype)
        return times

    def loss(self, X: Floats, U: Floats) -> tuple[float, float]:
        """L in nats and Σ n, the number of predictions, both summed over the chunk."""
        shape, weights = self._band.shape, self._band.weights
        true_vectors = U.take(self._targets, axis=0, mode="clip").reshape(
            shape.blocks, shape.block, shape.dim
        )
        of_targets = true_vectors @ self._band.by_block(X).transpose(0, 2, 1)
        normalisers = log_sum_exp(np.matmul(X, U.T, out=self._scores))
        loss = float(self._pairs @ normalisers) - float(np.einsum("bij,bij->", weights, of_targets))
        return loss, float(self._pairs.sum())
