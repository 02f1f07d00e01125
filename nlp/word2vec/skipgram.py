"""Skip-gram with negative sampling: each center predicts each of its contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.word2vec.kernels.negative_sampling import SkipGramBand
from nlp.word2vec.negative_sampling import NegativeSampling, T

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats
    from nlp.training.row_updates import Chunk


class SkipGramNegativeSampling(NegativeSampling[SkipGramBand]):
    """The objective of a chunk: its centers' input vectors, its tokens' and its negatives' output vectors."""

    band_type = SkipGramBand

    @staticmethod
    def sides(of_centers: T, of_contexts: T) -> tuple[T, T]:
        """Centers are the inputs: see `NegativeSampling`."""
        return of_centers, of_contexts

    def _weigh(self, chunk: Chunk) -> tuple[Floats, Floats]:
        return self._band.set_sentences(chunk.sentences)
