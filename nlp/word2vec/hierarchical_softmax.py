"""Hierarchical softmax, of skip-gram or CBOW: which rows a chunk of tokens reads and moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nlp.training.row_updates import ChunkLoss
from nlp.word2vec.cbow import WINDOWS
from nlp.word2vec.kernels.hierarchical_softmax import SplitPaths, TreeBand
from nlp.word2vec.kernels.ranked_paths import RankedTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.layers.arrays import Floats
    from nlp.layers.random_streams import RandomStreams
    from nlp.training.row_updates import Chunk, RowUpdates
    from nlp.word2vec.kernels.band import BandShape, ContextBand
    from nlp.word2vec.kernels.huffman import HuffmanTree
    from nlp.word2vec.kernels.predictors import Predictors

TOP_NODES = 64
"""Nodes of the top, which skip-gram scores for all vectors: some 6 of the 10 on a path.

Scoring them costs as much as gathering 2 would.
"""

TOP_OF_RANKED, END_OF_MIDDLE = 16, 256
"""Nodes of the top for CBOW, and the end of the subtrees below it (see `middle_paths`).

Of a path, some 4 nodes are in the top, 4 in a subtree, and 4 have to be gathered.
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
        self._band = tree_of(predictors.band, tree)
        self.rows_per_chunk: Sequence[int] = (
            shape.contexts,
            len(self._band.dense_nodes) + shape.centers * self._band.longest,
        )
        dtype = input_vectors.dtype
        self._contexts = np.empty((shape.contexts, shape.dim), dtype)
        self._d_predictors = np.empty((predictors.band.shape.contexts, shape.dim), dtype)
        self._dense: Floats = np.empty((len(self._band.dense_nodes), shape.dim), dtype)
        self._deep: Floats = np.empty((0, shape.dim), dtype)
        self._branches = 0.0

    def gradients(self, chunk: Chunk, updates: Sequence[RowUpdates]) -> None:
        """Fill the updates of the input and of the node matrix: see `ChunkObjective`."""
        (inputs, outputs), dense = updates, len(self._band.dense_nodes)
        input_vectors, node_vectors = self.matrices
        centers = chunk.tokens[self._shape.window : self._shape.window + self._shape.centers]
        rng = self._streams.at(WINDOWS, chunk.epoch, chunk.number)
        self._predictors.set_sentences(chunk.sentences, rng)
        of_inputs, of_dense, of_deep = self._band.set_targets(centers)
        self._branches = float(of_inputs.sum())
        nodes = self._band.deep.nodes
        end = dense + len(nodes)
        inputs.rows[:], inputs.pairs[:] = chunk.tokens, self._predictors.spread(of_inputs)
        outputs.rows[:dense], outputs.pairs[:dense] = self._band.dense_nodes, of_dense
        outputs.rows[dense:end], outputs.pairs[dense:end] = nodes, of_deep
        outputs.rows[end:] = -1

        input_vectors.take(chunk.tokens, axis=0, out=self._contexts, mode="clip")
        node_vectors.take(self._band.dense_nodes, axis=0, out=self._dense, mode="clip")
        self._deep = node_vectors.take(nodes, axis=0, mode="clip")  # padding, -1, reads node 0 with weight 0
        self._band.gradients(
            self._predictors.forward(self._contexts),
            self._dense,
            self._deep,
            self._d_predictors,
            outputs.gradients[:dense],
            outputs.gradients[dense:end],
        )
        self._predictors.backward(self._d_predictors, inputs.gradients)

    def loss(self) -> ChunkLoss:
        """Loss of the chunk whose gradients were taken last: see `ChunkObjective`.

        Where every branch has probability 1/2, it is log 2 for each branch on the paths of this very chunk: a
        chunk of few words can be far from the mean length.
        """
        nats, predictions = self._band.loss(self._predictors.forward(self._contexts), self._dense, self._deep)
        return ChunkLoss(nats, predictions, self._branches * math.log(2))


def tree_of(band: ContextBand, tree: HuffmanTree) -> TreeBand | RankedTree:
    """Return the loss of a chunk over a tree, whichever is faster for what the band pairs."""
    if band.shape.window == 0:
        return RankedTree(band, tree, TOP_OF_RANKED, END_OF_MIDDLE)
    return TreeBand(band, SplitPaths(tree, TOP_NODES, band.weights.dtype))
