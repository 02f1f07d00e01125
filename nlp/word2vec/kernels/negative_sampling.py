"""Negative sampling over a chunk of consecutive tokens, as a few matrix products.

The scores of all (center, context) pairs of a chunk are a band around the diagonal of X Uᵀ, which blocks of
centers by their windows hold: see `band`. Pairs are never listed one by one. Negative samples are shared by a
group of neighbouring centers, so that their scores are one product a group. A center with n predictions would
draw n K negatives; it meets the group's S instead, each with weight n K / S: the same expected gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.word2vec.kernels.band import ContextBand
from nlp.word2vec.kernels.predictors import ContextMeans

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids
    from nlp.word2vec.kernels.band import BandShape


class SharedNegatives:
    """The part of the loss that pushes hidden vectors away from the negatives of their group.

    Equation: L⁻ = Σ_i n_i K/S Σ_s (-log σ(-h_i·v_s)),   dL⁻/dz = n K/S σ(z)
    Shapes:   H (B, D); N (G, S, D); n (B,), predictions made from each hidden vector
    Source:   Ji, Satish, Li & Dubey 2016, "Parallelizing word2vec in shared and distributed memory", §3
    """

    def __init__(self, shape: BandShape, negatives: int, dtype: npt.DTypeLike = np.float32) -> None:
        self._shape = shape
        self._ratio = negatives / shape.shared
        per_group = shape.centers // shape.groups
        self._scores = np.empty((shape.groups, per_group, shape.shared), dtype)

    def gradients(self, H: Floats, N: Floats, n: Floats, dH: Floats, dN: Floats) -> None:
        """Write the gradients of L⁻ over `dH` and `dN`, shaped like `H` and `N`."""
        groups = self._shape.groups
        by_group = H.reshape(groups, -1, self._shape.dim)
        scores = np.matmul(by_group, N.transpose(0, 2, 1), out=self._scores)
        subtract_from_logistic_(scores, label=0)
        scores *= (n * n.dtype.type(self._ratio)).reshape(groups, -1, 1)
        np.matmul(scores, N, out=dH.reshape(by_group.shape))
        np.matmul(scores.transpose(0, 2, 1), by_group, out=dN)

    def loss(self, H: Floats, N: Floats, n: Floats) -> float:
        """L⁻ in nats."""
        groups = self._shape.groups
        scores = H.reshape(groups, -1, self._shape.dim) @ N.transpose(0, 2, 1)
        return self._ratio * float(np.einsum("gi,gis->", n.reshape(groups, -1), softplus(scores)))


class SkipGramBand:
    """Loss and gradients of one chunk; the arrays are kept and reused from chunk to chunk.

    Equation: L = Σ_ij a_ij (-log σ(x_i·u_j)) + Σ_i n_i K/S Σ_s (-log σ(-x_i·v_s)),   n_i = Σ_j a_ij
              with a_ij the window weight of context j for center i, 0 where they are in different sentences
    Shapes:   X (B, D) centers' input vectors; U (B + 2m, D) output vectors of the chunk's tokens and of m on
              either side; N (G, S, D) output vectors of the negatives
    Source:   Mikolov, Sutskever, Chen, Corrado & Dean 2013, "Distributed representations of words and phrases
              and their compositionality", §2.2, eq. 4
    """

    def __init__(self, shape: BandShape, negatives: int, dtype: npt.DTypeLike = np.float32) -> None:
        self.shape = shape
        self._context_band = ContextBand(shape, dtype)
        self._negatives = SharedNegatives(shape, negatives, dtype)
        self._pairs: Floats = np.zeros(shape.centers, dtype)
        self._band = np.empty_like(self._context_band.weights)
        self._dx_of_blocks = np.empty((shape.blocks, shape.block, shape.dim), dtype)
        self._du_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)

    def set_sentences(self, sentences: Ids) -> tuple[Floats, Floats]:
        """Weigh the pairs of a chunk.

        Shapes: sentences (B + 2m,), a number for each sentence, never falling
                -> n (B,), the pairs of each center, and (B + 2m,), those of each context
        """
        self._pairs = self._context_band.set_sentences(sentences)
        return self._pairs, self._context_band.pairs_of_contexts()

    def gradients(self, X: Floats, U: Floats, N: Floats, dX: Floats, dU: Floats, dN: Floats) -> None:
        """Write the gradients of L over `dX`, `dU` and `dN`, shaped like `X`, `U` and `N`.

        Equation: dL/dz = a (σ(z) - 1) for a pair, n K/S σ(z) for a negative
        """
        Xb, Ub = X.reshape(-1, self.shape.block, self.shape.dim), self._context_band.by_block(U)
        band = np.matmul(Xb, Ub.transpose(0, 2, 1), out=self._band)
        subtract_from_logistic_(band, label=1)
        band *= self._context_band.weights
        self._negatives.gradients(X, N, self._pairs, dX, dN)
        dX += np.matmul(band, Ub, out=self._dx_of_blocks).reshape(dX.shape)
        self._context_band.overlap_add(np.matmul(band.transpose(0, 2, 1), Xb, out=self._du_of_blocks), dU)

    def loss(self, X: Floats, U: Floats, N: Floats) -> tuple[float, float]:
        """L in nats and Σ n, the number of pairs, both summed over the chunk."""
        by_block = self._context_band.by_block(U)
        band = X.reshape(-1, self.shape.block, self.shape.dim) @ by_block.transpose(0, 2, 1)
        positive = float(np.einsum("bij,bij->", self._context_band.weights, softplus(-band)))
        return positive + self._negatives.loss(X, N, self._pairs), float(self._pairs.sum())


class CbowBand:
    """Loss and gradients of one chunk of CBOW: the mean of the contexts predicts their center.

    Equation: L = Σ_i [n_i > 0] (-log σ(h_i·u_i) + K/S Σ_s (-log σ(-h_i·v_s))),   with the means h_i, the
              weights a_ij and the counts n_i of `ContextMeans`
    Shapes:   X (B + 2m, D) input vectors of the chunk's tokens and of m on either side; U (B, D) output
              vectors of the centers; N (G, S, D) output vectors of the negatives
    Source:   Mikolov, Chen, Corrado & Dean 2013, §3.1; Mikolov, Sutskever et al. 2013, §2.2, eq. 4
    """

    def __init__(self, shape: BandShape, negatives: int, dtype: npt.DTypeLike = np.float32) -> None:
        self._means = ContextMeans(shape, dtype)
        self._negatives = SharedNegatives(shape, negatives, dtype)
        self._d_hidden = np.empty((shape.centers, shape.dim), dtype)
        self._scores = np.empty(shape.centers, dtype)

    def set_sentences(self, sentences: Ids, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw the windows and weigh the contexts of a chunk.

        Shapes: sentences (B + 2m,) -> (B,), 1 for a center that has a context, else 0, and (B + 2m,),
                Σ_i a_ij / n_i, the part of each context in all the means
        """
        self._means.draw_windows(sentences, rng)
        return self._means.predicted, self._means.spread(self._means.predicted)

    def gradients(self, X: Floats, U: Floats, N: Floats, dX: Floats, dU: Floats, dN: Floats) -> None:
        """Write the gradients of L over `dX`, `dU` and `dN`, shaped like `X`, `U` and `N`."""
        hidden, predicted = self._means.forward(X), self._means.predicted
        scores = np.einsum("id,id->i", hidden, U, out=self._scores)
        subtract_from_logistic_(scores, label=1)
        scores *= predicted
        self._negatives.gradients(hidden, N, predicted, self._d_hidden, dN)
        self._d_hidden += np.multiply(scores[:, None], U, out=dU)  # dU serves as scratch
        np.multiply(scores[:, None], hidden, out=dU)
        self._means.backward(self._d_hidden, dX)

    def loss(self, X: Floats, U: Floats, N: Floats) -> tuple[float, float]:
        """L in nats and the number of predictions, both summed over the chunk."""
        hidden, predicted = self._means.forward(X), self._means.predicted
        positive = float(predicted @ softplus(-np.einsum("id,id->i", hidden, U)))
        return positive + self._negatives.loss(hidden, N, predicted), float(predicted.sum())


def subtract_from_logistic_(z: Floats, label: int) -> None:
    """Replace scores by the gradient of their loss: of a pair that occurs (label 1) or a negative (label 0).

    Equation: dL/dz = σ(z) - label = (tanh(z/2) + 1 - 2 label) / 2,   tanh being SIMD code in NumPy
    """
    half = z.dtype.type(0.5)
    z *= half
    np.tanh(z, out=z)
    z += z.dtype.type(1 - 2 * label)
    z *= half


def softplus(z: Floats) -> Floats:
    """log(1 + exp z) = -log σ(-z), for z of any size."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
