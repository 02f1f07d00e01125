"""Hierarchical softmax: the probability of a word is that of the branches on its path through a binary tree.

Many paths share the nodes near the root: the scores of these top nodes are one dense product for all
predictors, and a branch is +1, -1, or 0 where a node is not on the path. Only the nodes further down are
gathered, once for each target, and their scores with all the vectors that predict this target are blocks of a
band.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats, Ids
from nlp.layers.ragged import places_of
from nlp.training.learner import Loss
from nlp.training.row_updates import RowUpdates
from nlp.word2vec.chunks import Chunk, ContextBand
from nlp.word2vec.huffman import HuffmanTree
from nlp.word2vec.losses.negative_sampling import softplus

_BATCHES = 4  # of blocks that are padded to one length: a seventh of their nodes is then padding


class SplitPaths:
    """The paths of a tree in two parts: within its first T nodes, the top, and below.

    Attributes: `top` T; `lengths` (V,), nodes of each whole path; `longest`, the most nodes that a path has
    below the top.
    """

    def __init__(self, tree: HuffmanTree, top: int, dtype: npt.DTypeLike = np.float32) -> None:
        words = len(tree.first) - 1
        self.top = min(top, words - 1)
        self._dense, self._exits = _paths_within(tree, self.top, dtype)
        below = tree.nodes >= self.top
        of_word = np.repeat(np.arange(words), tree.lengths)
        self._counts = np.bincount(of_word[below], minlength=words)
        self._first = _first_of(self._counts)
        self._nodes, self._signs = tree.nodes[below], tree.signs[below].astype(dtype)
        self.lengths = tree.lengths.astype(dtype)
        self.longest = int(self._counts.max())

    def within_top(self, words: Ids) -> Floats:
        """Paths within the top: (N,) -> (N, 2 T).

        Column T + n has the branch ±1 at node n, or 0 off the path; column n has its absolute value.
        """
        return self._dense.take(self._exits.take(words), axis=0)

    def below(self, words: Ids, block: int) -> NodesBelow:
        """Nodes below the top on the paths of B targets, which come in blocks of `block`: (B,) -> (E,).

        Blocks with about the same number of nodes form a batch, in which all are padded to one length.
        """
        counts = self._counts.take(words)
        target = np.repeat(np.arange(len(words)), counts)
        source = places_of(self._first.take(words), counts)
        of_blocks = counts.reshape(-1, block).sum(axis=1)
        by_size = (-of_blocks).argsort(kind="stable")
        batches = np.array_split(by_size, min(_BATCHES, len(by_size)))
        widths = [of_blocks[batch[0]] for batch in batches]
        starts = _first_of(np.repeat(widths, [len(batch) for batch in batches]))
        shift = np.empty_like(of_blocks)
        shift[by_size] = starts[:-1]
        shift -= _first_of(of_blocks)[:-1]
        place = np.arange(len(target)) + shift.take(target // block)
        padded = int(starts[-1])
        nodes, signs = np.full(padded, -1, np.int32), np.zeros(padded, self._signs.dtype)
        targets = np.full(padded, len(words))
        nodes[place], signs[place] = self._nodes.take(source), self._signs.take(source)
        targets[place] = target
        of_batches = _first_of(np.array([len(batch) for batch in batches]) * widths)
        return NodesBelow(nodes, signs, targets, list(zip(batches, _parts(of_batches), strict=True)))


class NodesBelow(NamedTuple):
    """Nodes below the top, batch by batch.

    Attributes: `nodes` (E,), the branch taken at each, `signs` (E,), and the target whose path it is on,
    `targets` (E,); padding is node -1 with branch 0, of target B. `batches`: for each batch, the numbers of
    its blocks and the slice of the nodes, of which each of its blocks, in this order, has an equal share.
    """

    nodes: Ids
    signs: Floats
    targets: npt.NDArray[np.int64]
    batches: Sequence[tuple[npt.NDArray[np.int64], slice]]


class HierarchicalSoftmax:
    """Loss and gradients of one chunk: each predictor predicts the targets that its band pairs it with.

    Equation: L = Σ_ij a_ij Σ_{n on the path of word i} -log σ(s_in h_j·u_n),   s_in = ±1 the branch taken
              dL/dz = a (tanh(z/2) - s) / 2;   Σ_v P(v|h) = 1 as σ(z) + σ(-z) = 1 at every node
    Shapes:   H (P, D) predictors: the vectors of B + 2m contexts, or B means with a band of window 0;
              W (V - 1, D) vectors of the nodes, of which the first T are the top
    Source:   Morin & Bengio 2005; Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.1, eq. 3

    Attributes: `rows`, the most nodes that a chunk can need; `pairs_each`, 1, as branches are counted.
    """

    pairs_each = 1

    def __init__(self, band: ContextBand, tree: HuffmanTree, top: int) -> None:
        """Lay out a tree whose first `top` nodes are scored for all predictors."""
        shape, dtype = band.shape, band.weights.dtype
        self._band, self._paths = band, SplitPaths(tree, top, dtype)
        self._top = top = self._paths.top
        self.rows = top + shape.centers * self._paths.longest
        self._top_nodes = np.arange(top, dtype=np.int32)
        self._top_of_blocks = np.empty((shape.blocks, shape.block_contexts, 2 * top), dtype)
        self._top_paths = np.empty((shape.contexts, 2 * top), dtype)
        self._scores = np.empty((shape.contexts, top), dtype)
        self._half_h = np.empty((shape.contexts, shape.dim), dtype)
        self._dh_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)
        # The weight of each pair, and a row of zeros for what pads the blocks.
        self._padded_weights = np.zeros((shape.centers + 1, shape.block_contexts), dtype)
        self._weights_below: Floats = np.empty((0, shape.block_contexts), dtype)
        self._below = self._paths.below(np.zeros(shape.centers, np.int32), shape.block)
        self._branches = np.zeros(shape.contexts, dtype)

    def set_targets(self, targets: Ids, chunk: Chunk) -> Floats:  # noqa: ARG002  nothing is drawn
        """Look up the paths of the target words, one for each center; the band must have its weights by then.

        Shapes: targets (B,) -> (P,), the weight of all branches that each predictor takes part in
        """
        shape, weights = self._band.shape, self._band.weights
        paths = self._paths.within_top(targets).reshape(shape.blocks, shape.block, -1)
        self._band.overlap_add(
            np.matmul(weights.transpose(0, 2, 1), paths, out=self._top_of_blocks), self._top_paths
        )
        self._below = self._paths.below(targets, shape.block)
        self._padded_weights[:-1] = weights.reshape(shape.centers, -1)
        self._weights_below = self._padded_weights.take(self._below.targets, axis=0, mode="clip")
        lengths = self._paths.lengths.take(targets).reshape(shape.blocks, 1, shape.block)
        branches = np.empty((shape.contexts, 1), weights.dtype)
        self._band.overlap_add(np.matmul(lengths, weights).transpose(0, 2, 1), branches)
        self._branches = branches[:, 0]
        return self._branches

    def gradients(self, H: Floats, W: Floats, dH: Floats, updates: RowUpdates) -> None:
        """Write the gradient of L over `dH`, and those of the nodes that were met into `updates`.

        A node has as many pairs as it has branches in the chunk.

        The factors 1/2 of the equation are applied to the few vectors, not to the many scores. With h/2 for h
        the products are z/2, and 2 dL/dz (computed here as `z`) times h/2 is the gradient of the nodes; the
        gradient of h is halved at the end.
        """
        top, below, half = self._top, self._below, H.dtype.type(0.5)
        end = top + len(below.nodes)
        half_h = np.multiply(H, half, out=self._half_h)
        self._gradients_below(half_h, self._vectors_below(W), dH, updates.gradients[top:end])
        z = np.matmul(half_h, W[:top].T, out=self._scores)
        np.tanh(z, out=z)
        z *= self._top_paths[:, :top]
        z -= self._top_paths[:, top:]
        np.matmul(z.T, half_h, out=updates.gradients[:top])
        dH += np.matmul(z, W[:top], out=half_h)
        dH *= half
        updates.rows[:top], updates.rows[top:end], updates.rows[end:] = self._top_nodes, below.nodes, -1
        updates.pairs[:top] = self._top_paths[:, :top].sum(axis=0)
        updates.pairs[top:end] = self._padded_weights.sum(axis=1).take(below.targets)

    def _gradients_below(self, half_h: Floats, U: Floats, doubled_dh: Floats, dU: Floats) -> None:
        """Write the gradients of the part below the top, that of h not yet halved."""
        H_by_block = self._band.by_block(half_h)
        for blocks, part in self._below.batches:
            Hb, Ub = H_by_block[blocks], self._by_block(U[part], blocks)
            z = np.matmul(Ub, Hb.transpose(0, 2, 1))
            np.tanh(z, out=z)
            z -= self._by_block(self._below.signs[part, None], blocks)
            z *= self._by_block(self._weights_below[part], blocks)
            np.matmul(z, Hb, out=self._by_block(dU[part], blocks))
            self._dh_of_blocks[blocks] = np.matmul(z.transpose(0, 2, 1), Ub)
        self._band.overlap_add(self._dh_of_blocks, doubled_dh)

    def loss(self, H: Floats, W: Floats) -> Loss:
        """L in nats, Σ a, and L where every branch has probability 1/2.

        That is log 2 for each branch on the paths of this very chunk: a chunk of few words can be far from
        the mean length.
        """
        top, U = self._top, self._vectors_below(W)
        z = H @ W[:top].T
        # -log σ(s z) = softplus(z) - [s = 1] z, and the band sums both s and |s| over the targets
        visited, taken = self._top_paths[:, :top], (self._top_paths[:, :top] + self._top_paths[:, top:]) / 2
        loss = float(np.einsum("jn,jn->", visited, softplus(z)) - np.einsum("jn,jn->", taken, z))
        H_by_block = self._band.by_block(H)
        for blocks, part in self._below.batches:
            scores = self._by_block(U[part], blocks) @ H_by_block[blocks].transpose(0, 2, 1)
            signs, weights = self._below.signs[part, None], self._weights_below[part]
            below = softplus(-self._by_block(signs, blocks) * scores)
            loss += float(np.einsum("bej,bej->", self._by_block(weights, blocks), below))
        untrained = float(self._branches.sum()) * math.log(2)
        return Loss(loss, float(self._band.weights.sum()), untrained)

    def _vectors_below(self, W: Floats) -> Floats:
        """Gather the nodes below the top (E, D); padding, -1, reads node 0, and has no weight."""
        return W.take(self._below.nodes, axis=0, mode="clip")

    @staticmethod
    def _by_block(of_nodes: Floats, blocks: npt.NDArray[np.int64]) -> Floats:
        """View what the nodes of a batch have by block."""
        return of_nodes.reshape(len(blocks), -1, of_nodes.shape[1])


def _paths_within(tree: HuffmanTree, top: int, dtype: npt.DTypeLike) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the distinct paths through the first `top` nodes, and which of them is each word's (V,).

    Such a path is identified by its last node n and the branch taken there: it is number 2 n, plus 1 for the
    branch +1.

    Shapes: -> (2 T, 2 T): in column T + n the branch ±1 at node n, or 0 off the path, in column n its
            absolute value; and (V,)
    """
    words = len(tree.first) - 1
    of_word = np.repeat(np.arange(words), tree.lengths)
    inside = tree.nodes < top
    last = tree.first[:-1] + np.bincount(of_word[inside], minlength=words) - 1
    exits = 2 * tree.nodes[last] + (tree.signs[last] > 0)
    is_example = np.zeros(words, bool)
    is_example[np.unique(exits, return_index=True)[1]] = True
    entries = np.flatnonzero(inside & is_example[of_word])
    dense = np.zeros((2 * top, 2 * top), dtype)
    path, node = exits[of_word[entries]], tree.nodes[entries]
    dense[path, node] = 1
    dense[path, top + node] = tree.signs[entries]
    return dense, exits


def _first_of(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where parts of these sizes begin, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), sizes.cumsum()))


def _parts(first: npt.NDArray[np.int64]) -> list[slice]:
    """The slice of each part, from what `_first_of` returned."""
    return [slice(*bounds) for bounds in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
