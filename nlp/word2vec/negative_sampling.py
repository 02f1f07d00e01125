"""Negative sampling, of skip-gram or CBOW: which rows of which matrix a chunk of tokens reads and moves."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np

from nlp.training.row_updates import ChunkLoss

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.row_updates import Chunk, RowUpdates
    from nlp.word2vec.input_rows import Inputs
    from nlp.word2vec.kernels.band import BandShape
    from nlp.word2vec.kernels.noise import NoiseDistribution

NEGATIVES = 2  # purpose of the random numbers


class Band(Protocol):
    """Loss and gradients of one chunk: `X` input vectors, `U` output vectors, `N` those of the negatives."""

    def __init__(self, shape: BandShape, negatives: int, dtype: npt.DTypeLike) -> None: ...

    def gradients(self, X: Floats, U: Floats, N: Floats, dX: Floats, dU: Floats, dN: Floats) -> None:
        """Write the gradients over `dX`, `dU` and `dN`, shaped like `X`, `U` and `N`."""

    def loss(self, X: Floats, U: Floats, N: Floats) -> tuple[float, float]:
        """Loss in nats and the number of predictions, both summed over the chunk."""


AnyBand = TypeVar("AnyBand", bound=Band)
T = TypeVar("T")


class NegativeSampling(ABC, Generic[AnyBand]):
    """The objective of a chunk: input vectors of one side, output vectors of the other and of the negatives.

    The sides are the chunk's centers and all its tokens, which are the contexts; an architecture says which
    of them is the input, and how much each token counts.

    A negative may happen to be a true context of its center. It is not drawn again: the expectation in the
    loss is over all words of the noise distribution, the true ones included.
    """

    band_type: type[AnyBand]

    def __init__(
        self,
        inputs: Inputs,
        output_vectors: Floats,
        shape: BandShape,
        negatives: int,
        noise: NoiseDistribution,
        streams: RandomStreams,
    ) -> None:
        places, self._targets = self.sides(shape.centers, shape.contexts)
        self.matrices: Sequence[Floats] = (inputs.matrix, output_vectors)
        self.rows_per_chunk: Sequence[int] = (inputs.rows, self._targets + shape.groups * shape.shared)
        self._inputs = inputs
        self._shape = shape
        self._negatives = negatives
        self._noise = noise
        self._streams = streams
        dtype = output_vectors.dtype
        self._band = self.band_type(shape, negatives, dtype)
        self._input_vectors = np.empty((places, shape.dim), dtype)
        self._target_vectors = np.empty((self._targets, shape.dim), dtype)
        self._noise_vectors = np.empty((shape.groups, shape.shared, shape.dim), dtype)

    @staticmethod
    @abstractmethod
    def sides(of_centers: T, of_contexts: T) -> tuple[T, T]:
        """Return the two arguments as (that of the inputs, that of the targets which they predict)."""

    @abstractmethod
    def _weigh(self, chunk: Chunk) -> tuple[Floats, Floats]:
        """Set the sentences of the band; return the weight of each center (B,) and each context (B + 2m,)."""

    def gradients(self, chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        """Fill the updates of the input and of the output matrix: see `ChunkObjective`."""
        shape, targets, (inputs, outputs) = self._shape, self._targets, updates
        centers = chunk.tokens[shape.window : shape.window + shape.centers]
        input_words, target_words = self.sides(centers, chunk.tokens)
        rng = self._streams.at(NEGATIVES, chunk.epoch, chunk.number)
        noise = self._noise.draw_stratified(rng, shape.groups, shape.shared)
        outputs.rows[:targets], outputs.rows[targets:] = target_words, noise.reshape(-1)
        self._look_up(input_words, target_words, noise)
        of_centers, of_contexts = self._weigh(chunk)
        self._band.gradients(
            self._input_vectors,
            self._target_vectors,
            self._noise_vectors,
            self._inputs.gradients(inputs),
            outputs.gradients[:targets],
            outputs.gradients[targets:].reshape(self._noise_vectors.shape),
        )
        # `apply_rows` lowers a row's rate by its pairs. An input has 1 + K for each context, the true one and
        # its negatives; a target has 1 for each; a negative stands for n K / S draws of each center.
        of_inputs, outputs.pairs[:targets] = self.sides(of_centers, of_contexts)
        self._inputs.finish(input_words, of_inputs * of_inputs.dtype.type(1 + self._negatives), inputs)
        of_group = of_centers.reshape(shape.groups, -1).sum(axis=1) * (self._negatives / shape.shared)
        outputs.pairs[targets:] = np.repeat(of_group, shape.shared)

    def loss(self) -> ChunkLoss:
        """Loss of the chunk whose gradients were taken last: see `ChunkObjective`.

        Where every score is 0, it is log 2 for the true word and for each of its negatives.
        """
        nats, predictions = self._band.loss(self._input_vectors, self._target_vectors, self._noise_vectors)
        return ChunkLoss(nats, predictions, predictions * (1 + self._negatives) * math.log(2))

    def _look_up(self, input_words: Ids, target_words: Ids, noise: Ids) -> None:
        """Gather the vectors of a chunk."""
        output_vectors = self.matrices[1]
        self._inputs.look_up(input_words, self._input_vectors)
        # mode="clip" spares a copy that NumPy's own bounds check would make with `out`.
        output_vectors.take(target_words, axis=0, out=self._target_vectors, mode="clip")
        output_vectors.take(noise, axis=0, out=self._noise_vectors, mode="clip")
