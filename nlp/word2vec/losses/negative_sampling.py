"""Negative sampling: a true word is told from words drawn at random, the negatives.

The scores of all (center, context) pairs of a chunk are blocks of a band, and pairs are never listed one by
one. Negatives are shared by a group of neighbouring predictors, so that their scores are one product a group.
A predictor with n predictions would draw n K negatives; it meets the group's S instead, each with weight
n K / S: the same expected gradient.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.training.learner import Loss
from nlp.training.row_updates import RowUpdates
from nlp.word2vec.chunks import Chunk, ChunkShape, ContextBand
from nlp.word2vec.predictors import ContextMeans, SingleVectors

NEGATIVES = 2  # purpose of the random numbers


class NoiseDistribution:
    """Words drawn in proportion to count^power; one that was never seen, never.

    Equation: q(w) = count(w)^power / Σ_v count(v)^power
    Source:   Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.2 (power 3/4)
    """

    def __init__(self, counts: Sequence[int] | npt.NDArray[np.int64], power: float = 0.75) -> None:
        seen = np.asarray(counts, np.float64)
        weights = np.where(seen > 0, np.maximum(seen, 1) ** power, 0)
        self.probabilities = weights / weights.sum()
        self._cumulative = np.cumsum(self.probabilities)
        self._cumulative /= self._cumulative[-1]  # a draw below 1 then always finds a word

    def draw_stratified(self, rng: np.random.Generator, groups: int, size: int) -> Ids:
        """Draw `size` words for each group, one from each of `size` equal slices of the distribution.

        Each word is drawn with its probability q(w), as by independent draws, but a group never has three
        times too many of a frequent word and none of the rare ones: an average over the group varies less.

        Shapes: -> (groups, size)
        Source: Owen 2013, Monte Carlo theory, methods and examples, §8.4 (stratified sampling)
        """
        points = rng.random((groups, size))
        points += np.arange(size)
        points /= size
        return self._cumulative.searchsorted(points, side="right").astype(np.int32)


class TruePairs(Protocol):
    """The part of the loss that draws predictors to the words that do occur."""

    @property
    def shape(self) -> ChunkShape:
        """Sizes of a chunk: a predictor for each center, a target for each context."""

    def predictions(self) -> tuple[Floats, Floats]:
        """How many predictions are made by each predictor (B,) and of each target (T,)."""

    def add_gradients(self, H: Floats, U: Floats, dH: Floats, dU: Floats) -> None:
        """Add the gradient of the predictors to `dH`, and write that of the targets over `dU`."""

    def loss(self, H: Floats, U: Floats) -> float:
        """Nats, summed over the chunk."""


class PairsInWindows:
    """Skip-gram: each center predicts each context in its window.

    Equation: L⁺ = Σ_ij a_ij (-log σ(h_i·u_j)),   dL⁺/dz = a (σ(z) - 1),   n_i = Σ_j a_ij
              with a_ij the window weight of context j for center i, 0 where they are in different sentences
    Shapes:   H (B, D) input vectors of the centers; U (B + 2m, D) output vectors of all tokens
    """

    def __init__(self, band: ContextBand) -> None:
        self._band, self.shape = band, band.shape
        shape, dtype = band.shape, band.weights.dtype
        self._scores = np.empty_like(band.weights)
        self._dh_of_blocks = np.empty((shape.blocks, shape.block, shape.dim), dtype)
        self._du_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)

    def predictions(self) -> tuple[Floats, Floats]:
        """The pairs of each center (B,), and of each context (B + 2m,)."""
        return self._band.pairs_of_centers(), self._band.pairs_of_contexts()

    def add_gradients(self, H: Floats, U: Floats, dH: Floats, dU: Floats) -> None:
        """Add the gradient of the centers to `dH`, and write that of the contexts over `dU`."""
        Hb, Ub = H.reshape(-1, self.shape.block, self.shape.dim), self._band.by_block(U)
        z = np.matmul(Hb, Ub.transpose(0, 2, 1), out=self._scores)
        subtract_from_logistic_(z, label=1)
        z *= self._band.weights
        dH += np.matmul(z, Ub, out=self._dh_of_blocks).reshape(dH.shape)
        self._band.overlap_add(np.matmul(z.transpose(0, 2, 1), Hb, out=self._du_of_blocks), dU)

    def loss(self, H: Floats, U: Floats) -> float:
        """L⁺ in nats."""
        by_block = self._band.by_block(U)
        z = H.reshape(-1, self.shape.block, self.shape.dim) @ by_block.transpose(0, 2, 1)
        return float(np.einsum("bij,bij->", self._band.weights, softplus(-z)))


class MeansAndCenters:
    """CBOW: the mean of the contexts predicts the center.

    Equation: L⁺ = Σ_i n_i (-log σ(h_i·u_i)),   n_i = 1, or 0 for a center without contexts
    Shapes:   H (B, D) means; U (B, D) output vectors of the centers
    """

    def __init__(self, means: ContextMeans) -> None:
        self._means, self.shape = means, means.band.shape
        self._scores = np.empty_like(means.predicted)

    def predictions(self) -> tuple[Floats, Floats]:
        """One for each mean of some contexts, and for its center."""
        return self._means.predicted, self._means.predicted

    def add_gradients(self, H: Floats, U: Floats, dH: Floats, dU: Floats) -> None:
        """Add the gradient of the means to `dH`, and write that of the centers over `dU`."""
        z = np.einsum("id,id->i", H, U, out=self._scores)
        subtract_from_logistic_(z, label=1)
        z *= self._means.predicted
        dH += np.multiply(z[:, None], U, out=dU)  # dU serves as scratch
        np.multiply(z[:, None], H, out=dU)

    def loss(self, H: Floats, U: Floats) -> float:
        """L⁺ in nats."""
        return float(self._means.predicted @ softplus(-np.einsum("id,id->i", H, U)))


def true_pairs(predictors: SingleVectors | ContextMeans) -> TruePairs:
    """Return the true pairs of skip-gram or of CBOW."""
    if isinstance(predictors, ContextMeans):
        return MeansAndCenters(predictors)
    return PairsInWindows(predictors.band)


class SharedNegatives:
    """The part of the loss that pushes predictors away from the negatives of their group.

    A negative may happen to be a true context of its center. It is not drawn again: the expectation in the
    loss is over all words of the noise distribution, the true ones included.

    Equation: L⁻ = Σ_i n_i K/S Σ_s (-log σ(-h_i·v_s)),   dL⁻/dz = n K/S σ(z)
    Shapes:   H (B, D); N (G, S, D); n (B,), predictions made by each predictor
    Source:   Ji, Satish, Li & Dubey 2016, "Parallelizing word2vec in shared and distributed memory", §3

    Raises: ValueError unless the `centers` are a multiple of the `groups`
    """

    def __init__(
        self, shape: ChunkShape, negatives: int, groups: int, shared: int, dtype: npt.DTypeLike = np.float32
    ) -> None:
        if shape.centers % groups:
            raise ValueError(f"{shape.centers} centers: not {groups} equal groups")
        self._groups, self._dim = groups, shape.dim
        self.ratio = negatives / shared
        self._scores = np.empty((groups, shape.centers // groups, shared), dtype)

    def gradients(self, H: Floats, N: Floats, n: Floats, dH: Floats, dN: Floats) -> None:
        """Write the gradients of L⁻ over `dH` and `dN`, shaped like `H` and `N`."""
        by_group = H.reshape(self._groups, -1, self._dim)
        z = np.matmul(by_group, N.transpose(0, 2, 1), out=self._scores)
        subtract_from_logistic_(z, label=0)
        z *= (n * n.dtype.type(self.ratio)).reshape(self._groups, -1, 1)
        np.matmul(z, N, out=dH.reshape(by_group.shape))
        np.matmul(z.transpose(0, 2, 1), by_group, out=dN)

    def weights(self, n: Floats) -> Floats:
        """Sum n K / S over each group: how often one of its negatives stands for a draw. Shapes: -> (G,)."""
        weights: Floats = n.reshape(self._groups, -1).sum(axis=1) * self.ratio
        return weights

    def loss(self, H: Floats, N: Floats, n: Floats) -> float:
        """L⁻ in nats."""
        z = H.reshape(self._groups, -1, self._dim) @ N.transpose(0, 2, 1)
        return self.ratio * float(np.einsum("gi,gis->", n.reshape(self._groups, -1), softplus(z)))


class NegativeSampling:
    """Loss and gradients of one chunk; the arrays are kept and reused from chunk to chunk.

    Equation: L = L⁺ + L⁻, of the true pairs and of the negatives
    Shapes:   H (B, D) predictors; W (V, D) output vectors
    Source:   Mikolov, Sutskever, Chen, Corrado & Dean 2013, "Distributed representations of words and phrases
              and their compositionality", §2.2, eq. 4

    Attributes: `rows`, the targets and the negatives of all groups; `pairs_each`, 1 + K, the true pair and
    its negatives.
    """

    def __init__(
        self,
        pairs: TruePairs,
        noise: NoiseDistribution,
        streams: RandomStreams,
        *,
        negatives: int,
        groups: int,
        shared: int,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        shape = pairs.shape
        self.rows = shape.contexts + groups * shared
        self.pairs_each = 1 + negatives
        self._pairs = pairs
        self._noise = noise
        self._streams = streams
        self._negatives = SharedNegatives(shape, negatives, groups, shared, dtype)
        self._targets: Ids = np.zeros(shape.contexts, np.int32)
        self._drawn: Ids = np.zeros((groups, shared), np.int32)
        self._n: Floats = np.zeros(shape.centers, dtype)
        self._of_targets: Floats = np.zeros(shape.contexts, dtype)
        self._target_vectors = np.empty((shape.contexts, shape.dim), dtype)
        self._noise_vectors = np.empty((groups, shared, shape.dim), dtype)

    def set_targets(self, targets: Ids, chunk: Chunk) -> Floats:
        """Take the target words (T,), and draw the negatives of a chunk.

        Shapes: -> n (B,), predictions made by each predictor
        """
        rng = self._streams.at(NEGATIVES, chunk.epoch, chunk.number)
        self._drawn = self._noise.draw_stratified(rng, *self._drawn.shape)
        self._targets = targets
        self._n, self._of_targets = self._pairs.predictions()
        return self._n

    def gradients(self, H: Floats, W: Floats, dH: Floats, updates: RowUpdates) -> None:
        """Write the gradient of L over `dH`, and those of the targets and the negatives into `updates`.

        A target has as many pairs as predictions; a negative stands for n K / S draws of each center.
        """
        U, N = self._look_up(W)
        targets = len(U)
        dU, dN = updates.gradients[:targets], updates.gradients[targets:].reshape(N.shape)
        self._negatives.gradients(H, N, self._n, dH, dN)
        self._pairs.add_gradients(H, U, dH, dU)
        updates.rows[:targets], updates.rows[targets:] = self._targets, self._drawn.reshape(-1)
        updates.pairs[:targets] = self._of_targets
        updates.pairs[targets:] = np.repeat(self._negatives.weights(self._n), N.shape[1])

    def loss(self, H: Floats, W: Floats) -> Loss:
        """L in nats, Σ n, and L where every score is 0: log 2 for each true word and each negative."""
        U, N = self._look_up(W)
        nats, predictions = self._pairs.loss(H, U), float(self._n.sum())
        nats += self._negatives.loss(H, N, self._n)
        return Loss(nats, predictions, predictions * self.pairs_each * math.log(2))

    def _look_up(self, W: Floats) -> tuple[Floats, Floats]:
        """Gather the vectors of the targets (T, D) and of the negatives (G, S, D)."""
        # mode="clip" spares a copy that NumPy's own bounds check would make with `out`.
        U = W.take(self._targets, axis=0, out=self._target_vectors, mode="clip")
        return U, W.take(self._drawn, axis=0, out=self._noise_vectors, mode="clip")


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
