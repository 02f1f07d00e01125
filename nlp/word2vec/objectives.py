"""From settings to the word2vec objective: the one place that knows all architectures and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.data.token_stream import keep_probabilities
from nlp.vectors.subwords import NgramHashing, SubwordTable
from nlp.word2vec.cbow import CbowNegativeSampling
from nlp.word2vec.config import STABILITY
from nlp.word2vec.full_softmax import FullSoftmax
from nlp.word2vec.hierarchical_softmax import HierarchicalSoftmax
from nlp.word2vec.input_rows import SubwordInputs, WordInputs
from nlp.word2vec.kernels.band import BandShape
from nlp.word2vec.kernels.huffman import HuffmanTree
from nlp.word2vec.kernels.noise import NoiseDistribution
from nlp.word2vec.kernels.predictors import ContextMeans, ContextVectors
from nlp.word2vec.skipgram import SkipGramNegativeSampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.row_updates import ChunkObjective, StepPlan
    from nlp.word2vec.config import Word2VecConfig
    from nlp.word2vec.input_rows import Inputs
    from nlp.word2vec.kernels.predictors import Predictors

_MARGIN = 0.1  # rows are frequent from a tenth of the share at which rates are lowered: steps differ
_LEAST_COUNTED = 0.25  # of a pair, see `SubwordInputs`; with 0.1, trainings diverged


def make_objective(
    input_vectors: Floats,
    output_vectors: Floats,
    counts: Sequence[int],
    config: Word2VecConfig,
    plan: StepPlan,
    streams: RandomStreams,
    table: SubwordTable | None = None,
) -> ChunkObjective:
    """Return the objective that `config.arch` and `config.loss` name, over these matrices."""
    sizes = config.sizes
    shape = BandShape(
        centers=plan.chunk_tokens,
        window=config.window,
        dim=config.dim,
        groups=max(1, plan.chunk_tokens // sizes.group),
        shared=sizes.shared,
        block=sizes.block,
    )
    if config.loss == "ns":
        make = CbowNegativeSampling if config.arch == "cbow" else SkipGramNegativeSampling
        places, _ = make.sides(shape.centers, shape.contexts)
        inputs: Inputs = WordInputs(input_vectors, places)
        if table:
            counted = _counted_pairs(table, counts, config, plan).astype(input_vectors.dtype)
            inputs = SubwordInputs(input_vectors, places, table, counted)
        noise = NoiseDistribution(counts, config.noise_power)
        return make(inputs, output_vectors, shape, config.negatives, noise, streams)
    predictors = make_predictors(config, shape, input_vectors.dtype)
    if config.loss == "softmax":
        return FullSoftmax(input_vectors, output_vectors, shape, predictors, streams)
    tree = HuffmanTree.of(counts)
    return HierarchicalSoftmax(input_vectors, output_vectors, shape, predictors, tree, streams)


def _counted_pairs(
    table: SubwordTable, counts: Sequence[int], config: Word2VecConfig, plan: StepPlan
) -> npt.NDArray[np.float64]:
    """Return how much a pair of each word counts where rates are lowered (V,): see `SubwordInputs`."""
    kept = np.asarray(counts, np.float64) * keep_probabilities(counts, config.subsample)
    of_center = (config.window + 1) * (1 + config.negatives)  # window + 1 is the weight of its contexts
    # `apply_rows` lowers the rate of a row with more than STABILITY / rate pairs in a step: as a share of all
    bounded = STABILITY / (config.first_lr * of_center * plan.step_tokens)
    return np.maximum(table.frequent_part(kept / kept.sum(), _MARGIN * bounded), _LEAST_COUNTED)


def subword_table(config: Word2VecConfig, words: Sequence[str]) -> SubwordTable | None:
    """Return the rows that make up each word, where `config` asks for subwords."""
    if not config.subwords:
        return None
    hashing = NgramHashing(config.shortest_ngram, config.longest_ngram, config.buckets)
    return SubwordTable.of(words, hashing)


def make_predictors(config: Word2VecConfig, shape: BandShape, dtype: npt.DTypeLike) -> Predictors:
    """Return what predicts the words of a chunk in `config.arch`."""
    return ContextMeans(shape, dtype) if config.arch == "cbow" else ContextVectors(shape, dtype)


def output_rows(config: Word2VecConfig, words: int) -> int:
    """Rows of the output matrix: one for each word, or for each inner node of the tree over the words."""
    return words - 1 if config.loss == "hs" else words
