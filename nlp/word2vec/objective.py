"""What word2vec minimises over a chunk of tokens: who predicts, what a prediction costs, which rows move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.training.learner import Loss
from nlp.training.row_updates import RowUpdates, StepPlan
from nlp.vectors.subwords import SubwordTable
from nlp.word2vec.chunks import Chunk, ChunkShape
from nlp.word2vec.config import Sizes, Word2VecConfig
from nlp.word2vec.huffman import HuffmanTree
from nlp.word2vec.input_rows import Inputs, SubwordInputs, WordInputs, counted_pairs
from nlp.word2vec.losses.full_softmax import FullSoftmax
from nlp.word2vec.losses.hierarchical_softmax import HierarchicalSoftmax
from nlp.word2vec.losses.negative_sampling import NegativeSampling, NoiseDistribution, true_pairs
from nlp.word2vec.predictors import ContextMeans, Predictors, SingleVectors


class TargetLoss(Protocol):
    """What the predictions of a chunk cost: its predictors H (P, D) are to predict target words.

    Attributes: `rows`, the most rows of the output matrix W that a chunk moves; `pairs_each`, how many pairs
    a prediction counts for, where the rate of a row is lowered by its pairs.
    """

    rows: int
    pairs_each: int

    def set_targets(self, targets: Ids, chunk: Chunk) -> Floats:
        """Take the target words; return how many predictions each predictor makes (P,)."""

    def gradients(self, H: Floats, W: Floats, dH: Floats, updates: RowUpdates) -> None:
        """Write the gradient of the predictors over `dH`, and those of rows of W into `updates`."""

    def loss(self, H: Floats, W: Floats) -> Loss:
        """Nats, predictions, and the nats of an untrained model, summed over the chunk."""


class Objective:
    """Loss and gradients of a chunk of tokens, as functions of input and output matrix.

    Attributes: `matrices`, input and output (rows, D), in shared memory where there are several workers;
    `rows_per_chunk`, the most rows of each that a chunk moves.
    """

    def __init__(
        self, inputs: Inputs, output_vectors: Floats, predictors: Predictors, loss: TargetLoss
    ) -> None:
        self.matrices: Sequence[Floats] = (inputs.matrix, output_vectors)
        self.rows_per_chunk: Sequence[int] = (inputs.rows, loss.rows)
        self._inputs, self._predictors, self._loss = inputs, predictors, loss
        self._words: Ids = np.zeros(predictors.places, np.int32)
        self._predictions: Floats = np.zeros(0, output_vectors.dtype)
        self._vectors = np.empty((predictors.places, output_vectors.shape[1]), output_vectors.dtype)

    def set_chunk(self, chunk: Chunk) -> None:
        """Take the tokens of a chunk, and look up the vectors of those words that predict."""
        self._predictors.set_chunk(chunk)
        self._words, targets = self._predictors.words(chunk.tokens)
        self._predictions = self._loss.set_targets(targets, chunk)
        self._inputs.look_up(self._words, self._vectors)

    def gradients(self, chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        """Fill `updates`, of the input and of the output matrix, from the matrices as they are."""
        of_inputs, of_outputs = updates
        self.set_chunk(chunk)
        dX = self._inputs.gradients(of_inputs)
        dH = self._predictors.room_for_gradient(dX)
        self._loss.gradients(self._predictors.forward(self._vectors), self.matrices[1], dH, of_outputs)
        self._predictors.backward(dX)
        pairs = self._predictors.spread(self._predictions) * self._loss.pairs_each
        self._inputs.finish(self._words, pairs, of_inputs)

    def loss(self) -> Loss:
        """Loss of the chunk that was set last."""
        return self._loss.loss(self._predictors.forward(self._vectors), self.matrices[1])


def make_objective(
    input_vectors: Floats,
    output_vectors: Floats,
    counts: Sequence[int],
    config: Word2VecConfig,
    plan: StepPlan,
    streams: RandomStreams,
    table: SubwordTable | None = None,
    sizes: Sizes | None = None,
) -> Objective:
    """Return the objective that `config.arch` and `config.loss` name, over these matrices.

    Its bits depend on `sizes`, which are `config.sizes` unless others are given.
    """
    sizes = sizes or config.sizes
    dtype = output_vectors.dtype
    shape = ChunkShape(plan.chunk_tokens, config.window, output_vectors.shape[1], sizes.block)
    if config.arch == "cbow":
        predictors: ContextMeans | SingleVectors = ContextMeans(shape, streams, dtype)
    else:
        predictors = SingleVectors(shape, dtype, from_centers=config.loss == "ns")
    if config.loss == "ns":
        loss: TargetLoss = NegativeSampling(
            true_pairs(predictors),
            NoiseDistribution(counts, config.noise_power),
            streams,
            negatives=config.negatives,
            groups=max(1, shape.centers // sizes.group),
            shared=sizes.shared,
            dtype=dtype,
        )
    elif config.loss == "hs":
        loss = HierarchicalSoftmax(predictors.band, HuffmanTree.of(counts), sizes.top)
    else:
        loss = FullSoftmax(predictors.band, len(counts))
    inputs: Inputs = WordInputs(input_vectors, predictors.places)
    if table:
        counted = counted_pairs(table, counts, config, plan).astype(dtype)
        inputs = SubwordInputs(input_vectors, predictors.places, table, counted)
    return Objective(inputs, output_vectors, predictors, loss)


def output_rows(config: Word2VecConfig, words: int) -> int:
    """Rows of the output matrix: one for each word, or for each inner node of the tree over the words."""
    return words - 1 if config.loss == "hs" else words
