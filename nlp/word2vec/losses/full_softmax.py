"""Softmax over the whole vocabulary: every prediction moves every output vector."""

from __future__ import annotations

import math

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.embedding import embedding_backward
from nlp.layers.softmax import log_sum_exp, softmax_
from nlp.training.learner import Loss
from nlp.training.row_updates import RowUpdates
from nlp.word2vec.chunks import Chunk, ContextBand


class FullSoftmax:
    """Loss and gradients of one chunk: each predictor predicts the targets that its band pairs it with.

    The probabilities of all words are computed once for each predictor, however many targets it has; the part
    of the gradient that comes from the targets is a band.

    Equation: L = Σ_ij a_ij (-log P(w_i | h_j)),   P(w|h) = exp(h·u_w) / Σ_v exp(h·u_v)
              dL/dz_jv = n_j P(v | h_j) - Σ_{i: w_i = v} a_ij,   n_j = Σ_i a_ij
    Shapes:   H (P, D) predictors: the vectors of B + 2m contexts, or B means with a band of window 0;
              W (V, D) output vectors
    Source:   Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations in vector
              space", §3; Mikolov, Sutskever et al. 2013, §2, eq. 2

    Attributes: `rows`, V; `pairs_each`, 4, for as many logistic pairs a prediction counts where rates are
    lowered. The loss of a logistic pair curves along the input vector by |u|²/4 at most, that of a softmax by
    twice as much, and input and output vectors move at once. Counted as 2, texts of few words diverged.
    """

    pairs_each = 4

    def __init__(self, band: ContextBand, words: int) -> None:
        self._band, shape, dtype = band, band.shape, band.weights.dtype
        self.rows = words
        self._all_words = np.arange(words, dtype=np.int32)
        self._scores = np.empty((shape.contexts, words), dtype)
        self._of_targets = np.empty((shape.centers, shape.dim), dtype)
        self._dh_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)
        self._dh_of_targets = np.empty((shape.contexts, shape.dim), dtype)
        self._targets: Ids = np.zeros(shape.centers, np.int32)
        self._predictions: Floats = np.zeros(shape.contexts, dtype)

    def set_targets(self, targets: Ids, chunk: Chunk) -> Floats:  # noqa: ARG002  nothing is drawn
        """Take the target words, one for each center; the band must have its weights by then.

        Shapes: targets (B,) int in [0, V) -> n (P,), predictions made by each predictor
        """
        self._targets, self._predictions = targets, self._band.pairs_of_contexts()
        return self._predictions

    def gradients(self, H: Floats, W: Floats, dH: Floats, updates: RowUpdates) -> None:
        """Write the gradient of L over `dH`, and that of all output vectors into `updates`.

        The pairs of a word are how often it is predicted, expected by the model plus in truth.
        """
        z = np.matmul(H, W.T, out=self._scores)
        softmax_(z)
        z *= self._predictions[:, None]
        np.matmul(z, W, out=dH)
        np.matmul(z.T, H, out=updates.gradients)
        expected: Floats = z.sum(axis=0)
        expected += self._subtract_targets(H, W, dH, updates.gradients)
        updates.rows[:] = self._all_words
        updates.pairs[:] = expected
        updates.pairs[:] *= self.pairs_each

    def _subtract_targets(self, H: Floats, W: Floats, dH: Floats, dW: Floats) -> Floats:
        """Subtract the targets' part from the gradients; return how often each word was one (V,)."""
        weights, true_vectors = self._band.weights, self._true_vectors(W)
        np.matmul(weights.transpose(0, 2, 1), true_vectors, out=self._dh_of_blocks)
        self._band.overlap_add(self._dh_of_blocks, self._dh_of_targets)
        dH -= self._dh_of_targets
        of_targets = self._of_targets.reshape(true_vectors.shape)
        np.matmul(weights, self._band.by_block(H), out=of_targets)
        np.negative(self._of_targets, out=self._of_targets)
        embedding_backward(dW, self._of_targets, self._targets)
        of_words = np.bincount(self._targets, weights.sum(axis=2).reshape(-1), len(W))
        times: Floats = of_words.astype(weights.dtype)
        return times

    def loss(self, H: Floats, W: Floats) -> Loss:
        """L in nats, Σ n, and log V for each prediction, which is L where all words have one probability."""
        of_targets = self._true_vectors(W) @ self._band.by_block(H).transpose(0, 2, 1)
        normalisers = log_sum_exp(np.matmul(H, W.T, out=self._scores))
        loss = float(self._predictions @ normalisers)
        loss -= float(np.einsum("bij,bij->", self._band.weights, of_targets))
        predictions = float(self._predictions.sum())
        return Loss(loss, predictions, predictions * math.log(len(W)))

    def _true_vectors(self, W: Floats) -> Floats:
        """Output vectors of the targets, by block. Shapes: -> (B / block, block, D)."""
        shape = self._band.shape
        vectors = W.take(self._targets, axis=0, mode="clip")
        return vectors.reshape(shape.blocks, shape.block, shape.dim)
