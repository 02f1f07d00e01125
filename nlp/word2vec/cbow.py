"""CBOW with negative sampling: the mean of the contexts predicts their center."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.word2vec.kernels.negative_sampling import CbowBand
from nlp.word2vec.negative_sampling import NegativeSampling, T

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.training.row_updates import Chunk

WINDOWS = 3  # purpose of the random numbers


class CbowNegativeSampling(NegativeSampling[CbowBand]):
    """The objective of a chunk: its tokens' input vectors, its centers' and its negatives' output vectors."""

    band_type = CbowBand

    @staticmethod
    def sides(of_centers: T, of_contexts: T) -> tuple[T, T]:
        """Contexts are the inputs: see `NegativeSampling`."""
        return of_contexts, of_centers

    def _weigh(self, chunk: Chunk) -> tuple[Floats, Floats]:
        rng = self._streams.at(WINDOWS, chunk.epoch, chunk.number)
        return self._band.set_sentences(chunk.sentences, rng)
