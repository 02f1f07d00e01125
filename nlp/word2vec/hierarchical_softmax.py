"""Hierarchical softmax, of skip-gram or CBOW: which rows a chunk of tokens reads and moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nlp.training.row_updates import ChunkLoss
from nlp.word2vec.cbow import WINDOWS
from nlp.word2vec.kernels.hierarchical_softmax import SplitPaths, TreeBand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.layers.arrays import Floats
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.row_updates import Chunk, RowUpdates
    from nlp.word2vec.kernels.band import BandShape
    from nlp.word2vec.kernels.huffman import HuffmanTree
    from nlp.word2vec.kernels.predictors import Predictors

TOP_NODES = 64
"""Nodes of the top, which are scored for all vectors: some 6 of the 10 on a path.

Scoring them costs as much as gathering 2 would.
"""


class HierarchicalSoftmax:
    """The objective of a chunk: its tokens' input vectors, and the nodes on the paths of its centers.

    Row n of the output matrix is inner node n of the tree; there is one less of them than of words.
    """

    def __init__(
        self,
        input_vectors: Floats,
        node_vectors: Floats,
        shape: BandShape,
        predictors: Predictors,
        tree: HuffmanTree,
        streams: RandomStreams,
    ) -> None:
        self.matrices: Sequence[Floats] = (input_vectors, node_vectors)
        self._shape = shape
        self._predictors = predictors
        self._streams = streams
        self._band = TreeBand(predictors.band, SplitPaths(tree, TOP_NODES, input_vectors.dtype))
        self.rows_per_chunk: Sequence[int] = (
            shape.contexts,
            self._band.top + shape.centers * self._band.longest,
        )
        dtype = input_vectors.dtype
        self._contexts = np.empty((shape.contexts, shape.dim), dtype)
        self._d_predictors = np.empty((predictors.band.shape.contexts, shape.dim), dtype)
        self._deep: Floats = np.empty((0, shape.dim), dtype)
        self._branches = 0.0

    def gradients(self, chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        """Fill the updates of the input and of the node matrix: see `ChunkObjective`."""
        (inputs, outputs), top = updates, self._band.top
        input_vectors, node_vectors = self.matrices
        centers = chunk.tokens[self._shape.window : self._shape.window + self._shape.centers]
        rng = self._streams.at(WINDOWS, chunk.epoch, chunk.number)
        self._predictors.set_sentences(chunk.sentences, rng)
        of_inputs, of_top, of_deep = self._band.set_targets(centers)
        self._branches = float(of_inputs.sum())
        nodes = self._band.deep.nodes
        end = top + len(nodes)
        inputs.rows[:], inputs.pairs[:] = chunk.tokens, self._predictors.spread(of_inputs)
        outputs.rows[:top], outputs.pairs[:top] = np.arange(top), of_top
        outputs.rows[top:end], outputs.pairs[top:end] = nodes, of_deep
        outputs.rows[end:] = -1

        input_vectors.take(chunk.tokens, axis=0, out=self._contexts, mode="clip")
        self._deep = node_vectors.take(nodes, axis=0, mode="clip")  # padding, -1, reads node 0 with weight 0
        self._band.gradients(
            self._predictors.forward(self._contexts),
            node_vectors[:top],
            self._deep,
            self._d_predictors,
            outputs.gradients[:top],
            outputs.gradients[top:end],
        )
        self._predictors.backward(self._d_predictors, inputs.gradients)

    def loss(self) -> ChunkLoss:
        """Loss of the chunk whose gradients were taken last: see `ChunkObjective`.

        Where every branch has probability 1/2, it is log 2 for each branch on the paths of this very chunk: a
        chunk of few words can be far from the mean length.
        """
        top_vectors = self.matrices[1][: self._band.top]
        hidden = self._predictors.forward(self._contexts)
        nats, predictions = self._band.loss(hidden, top_vectors, self._deep)
        return ChunkLoss(nats, predictions, self._branches * math.log(2))
