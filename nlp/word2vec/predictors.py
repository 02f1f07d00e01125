"""What predicts words in a chunk: single vectors (skip-gram), or the means of contexts (CBOW)."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.word2vec.chunks import Chunk, ChunkShape, ContextBand

WINDOWS = 3  # purpose of the random numbers


class Predictors(Protocol):
    """P vectors, made from the input vectors of N tokens of a chunk, each of which predicts some words.

    Attributes: `places`, N; `band`, the weight of each prediction, with a row for each center.
    """

    places: int
    band: ContextBand

    def set_chunk(self, chunk: Chunk) -> None:
        """Weigh the predictions that are made in a chunk."""

    def words(self, tokens: Ids) -> tuple[Ids, Ids]:
        """Divide the tokens of a chunk into those that predict (N,) and the targets that are predicted."""

    def forward(self, X: Floats) -> Floats:
        """Return the predictors (P, D), made from the input vectors X (N, D)."""

    def room_for_gradient(self, dX: Floats) -> Floats:
        """Return where the gradient of the predictors (P, D) is to be written."""

    def backward(self, dX: Floats) -> None:
        """Write the gradient of the input vectors over `dX`, from what `room_for_gradient` now holds."""

    def spread(self, of_predictors: Floats) -> Floats:
        """Share a number of each predictor among the tokens that it is made from: (P,) -> (N,)."""


class SingleVectors:
    """Skip-gram: the vector of one word predicts another, every context of a center by itself.

    The pairs within a window are the same whichever of the two words predicts the other. As in word2vec.c
    every context predicts the center, P(w_i | x_j): where a target word is costly (its path through the tree,
    its row of probabilities), it is good to meet each only once a center instead of once a pair. With
    `from_centers` every center predicts its contexts instead: negative sampling has negatives for each
    predictor, and there are fewer centers than contexts.
    """

    def __init__(
        self, shape: ChunkShape, dtype: npt.DTypeLike = np.float32, *, from_centers: bool = False
    ) -> None:
        self.band = ContextBand(shape, dtype)
        self.places = shape.centers if from_centers else shape.contexts
        self._from_centers = from_centers

    def set_chunk(self, chunk: Chunk) -> None:
        """Weigh the pairs of a chunk by distance, none of them across sentences."""
        self.band.set_sentences(chunk.sentences)

    def words(self, tokens: Ids) -> tuple[Ids, Ids]:
        """Divide the tokens into those that predict and the targets."""
        centers = self.band.shape.centers_of(tokens)
        return (centers, tokens) if self._from_centers else (tokens, centers)

    def forward(self, X: Floats) -> Floats:
        """Return `X` itself."""
        return X

    def room_for_gradient(self, dX: Floats) -> Floats:
        """Return `dX` itself."""
        return dX

    def backward(self, dX: Floats) -> None:
        """Nothing is left to do."""

    def spread(self, of_predictors: Floats) -> Floats:
        """Return the numbers themselves."""
        return of_predictors


class ContextMeans:
    """CBOW: the mean of the input vectors of its contexts predicts the center.

    The width of each window is drawn, as in word2vec.c. Weights that stand for the mean over the draws, as
    `window_weights` has them for skip-gram, are not the same thing here, where vectors go through a mean and
    then a logistic function; that was tried, and the vectors were worse by a twentieth.

    Equation: h_i = Σ_j a_ij x_j / n_i,   n_i = Σ_j a_ij;   h_i = 0 for a center without contexts
              a_ij = 1 for a context at a distance of 1 … m_i in the sentence, m_i drawn from 1 … m
              dL/dx_j = Σ_i a_ij / n_i dL/dh_i
    Shapes:   x (B + 2m, D), h (B, D)
    Source:   Mikolov, Chen, Corrado & Dean 2013, "Efficient estimation of word representations in vector
              space", §3.1. word2vec.c leaves the 1 / n_i out of the backward pass; this is the true gradient.

    Attributes: `places`, B + 2m; `band` of window 0, a mean being paired with its own center alone;
    `predicted` (B,): 1 for a center that has a context, else 0.
    """

    def __init__(self, shape: ChunkShape, streams: RandomStreams, dtype: npt.DTypeLike = np.float32) -> None:
        self.places = shape.contexts
        self._contexts = ContextBand(shape, dtype)
        self.band = ContextBand(replace(shape, window=0), dtype)
        self.predicted: Floats = np.zeros(shape.centers, dtype)
        self._streams = streams
        self._weights = self._contexts.weights
        self._before, self._after, self._means = _windows(shape, dtype)
        self._place = np.tile(np.arange(shape.block), shape.blocks)
        self._hidden = np.empty((shape.centers, shape.dim), dtype)
        self._d_hidden = np.empty((shape.centers, shape.dim), dtype)
        self._dx_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)

    def set_chunk(self, chunk: Chunk) -> None:
        """Draw the windows, and weigh the contexts of each mean."""
        shape, sentences = self._contexts.shape, chunk.sentences
        rng = self._streams.at(WINDOWS, chunk.epoch, chunk.number)
        widths = rng.integers(1, shape.window, shape.centers, np.int32, endpoint=True)
        weights = self._weights.reshape(shape.centers, -1)
        weights[...] = self._means[widths, self._place]
        self.predicted[...] = 1
        if sentences[0] != sentences[-1]:
            before, after = _within_sentences(sentences, widths, shape)
            contexts = before + after
            cut = np.flatnonzero(contexts < 2 * widths)
            before, after, contexts, place = before[cut], after[cut], contexts[cut], self._place[cut]
            self.predicted[cut] = np.minimum(contexts, 1)
            of_cut = self._before[before, place] + self._after[after, place]
            weights[cut] = of_cut * (1 / np.maximum(contexts, 1)).astype(weights.dtype)[:, None]
        self.band.set_diagonal(self.predicted)

    def words(self, tokens: Ids) -> tuple[Ids, Ids]:
        """Return all tokens of a chunk, which are contexts, and its centers."""
        return tokens, self._contexts.shape.centers_of(tokens)

    def forward(self, X: Floats) -> Floats:
        """Return the means (B, D)."""
        by_block = self._hidden.reshape(*self._weights.shape[:2], -1)
        np.matmul(self._weights, self._contexts.by_block(X), out=by_block)
        return self._hidden

    def room_for_gradient(self, dX: Floats) -> Floats:  # noqa: ARG002  it is of means, not of contexts
        """Return an array that `backward` reads (B, D)."""
        return self._d_hidden

    def backward(self, dX: Floats) -> None:
        """Write the gradient of the contexts' vectors over `dX` (B + 2m, D)."""
        by_block = self._d_hidden.reshape(*self._weights.shape[:2], -1)
        np.matmul(self._weights.transpose(0, 2, 1), by_block, out=self._dx_of_blocks)
        self._contexts.overlap_add(self._dx_of_blocks, dX)

    def spread(self, of_predictors: Floats) -> Floats:
        """Share among the contexts by their weight in each mean: y_i -> Σ_i a_ij / n_i y_i, for each j."""
        shared = np.empty((self._contexts.shape.contexts, 1), of_predictors.dtype)
        weights = self._weights.transpose(0, 2, 1)
        self._contexts.overlap_add(weights @ of_predictors.reshape(*self._weights.shape[:2], 1), shared)
        return shared[:, 0]


def _windows(shape: ChunkShape, dtype: npt.DTypeLike) -> tuple[Floats, Floats, Floats]:
    """All rows that a band can have: of c contexts before the center, of c after it, and of the mean of both.

    Shapes: -> three views (m + 1, block, block + 2m), indexed by c and the place of the center in its block
    """
    reach = shape.window + shape.block
    offset = np.arange(1 - reach, reach)
    contexts = np.arange(shape.window + 1)[:, None]
    before, after = (-contexts <= offset) & (offset < 0), (offset > 0) & (offset <= contexts)
    rows = np.stack((before, after, (before | after) / np.maximum(2 * contexts, 1))).astype(dtype)
    # The window of a block's first center starts furthest to the right.
    rows_before, rows_after, means = sliding_window_view(rows, shape.block_contexts, axis=2)[:, :, ::-1]
    return rows_before, rows_after, means


def _within_sentences(sentences: Ids, widths: Ids, shape: ChunkShape) -> tuple[Ids, Ids]:
    """Cut the windows where the sentences of their centers begin and end.

    Shapes: sentences (B + 2m,), never falling; widths (B,) -> contexts before and after each center (B,)
    """
    starts = np.flatnonzero(np.diff(sentences, prepend=sentences[0] - 1))
    ends = np.append(starts[1:], len(sentences))
    center = np.arange(shape.window, shape.window + shape.centers)
    of_center = np.repeat(np.arange(len(starts)), ends - starts)[center]
    before, after = center - starts[of_center], ends[of_center] - 1 - center
    return np.minimum(widths, before), np.minimum(widths, after)
