"""Full softmax, of skip-gram or CBOW: every prediction moves every output vector."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nlp.training.row_updates import ChunkLoss
from nlp.word2vec.cbow import WINDOWS
from nlp.word2vec.kernels.full_softmax import SoftmaxBand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.layers.arrays import Floats
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.row_updates import Chunk, RowUpdates
    from nlp.word2vec.kernels.band import BandShape
    from nlp.word2vec.kernels.predictors import Predictors

MANY_WORDS = 30_000
"""The size of a vocabulary above which to warn: training takes days where negative sampling takes minutes."""

_CURVATURE = 4
"""How many pairs a prediction counts for in `apply_rows`, which lowers rates by pairs.

The second derivative of a logistic pair's loss along the input vector is at most |u|²/4, that of a softmax
twice as much, and input and output vectors move at once. With 2, texts of few words diverged.
"""


class FullSoftmax:
    """The objective of a chunk: its tokens' input vectors, and all output vectors."""

    def __init__(
        self,
        input_vectors: Floats,
        output_vectors: Floats,
        shape: BandShape,
        predictors: Predictors,
        streams: RandomStreams,
    ) -> None:
        self.matrices: Sequence[Floats] = (input_vectors, output_vectors)
        self.rows_per_chunk: Sequence[int] = (shape.contexts, len(output_vectors))
        self._shape = shape
        self._predictors = predictors
        self._streams = streams
        self._band = SoftmaxBand(predictors.band, len(output_vectors))
        self._all_words = np.arange(len(output_vectors), dtype=np.int32)
        dtype = input_vectors.dtype
        self._contexts = np.empty((shape.contexts, shape.dim), dtype)
        self._d_predictors = np.empty((predictors.band.shape.contexts, shape.dim), dtype)

    def gradients(self, chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        """Fill the updates of the input and of the output matrix: see `ChunkObjective`."""
        (inputs, outputs), (input_vectors, output_vectors) = updates, self.matrices
        rng = self._streams.at(WINDOWS, chunk.epoch, chunk.number)
        self._predictors.set_sentences(chunk.sentences, rng)
        centers = chunk.tokens[self._shape.window : self._shape.window + self._shape.centers]
        predictions = self._band.set_targets(centers)
        inputs.rows[:] = chunk.tokens
        outputs.rows[:] = self._all_words
        inputs.pairs[:] = _CURVATURE * self._predictors.spread(predictions)
        input_vectors.take(chunk.tokens, axis=0, out=self._contexts, mode="clip")
        hidden = self._predictors.forward(self._contexts)
        outputs.pairs[:] = self._band.gradients(hidden, output_vectors, self._d_predictors, outputs.gradients)
        outputs.pairs[:] *= _CURVATURE
        self._predictors.backward(self._d_predictors, inputs.gradients)

    def loss(self) -> ChunkLoss:
        """Loss of the chunk whose gradients were taken last: see `ChunkObjective`.

        Where every word has the same probability, it is log V.
        """
        output_vectors = self.matrices[1]
        nats, predictions = self._band.loss(self._predictors.forward(self._contexts), output_vectors)
        return ChunkLoss(nats, predictions, predictions * math.log(len(output_vectors)))
