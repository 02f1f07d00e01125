"""Hierarchical softmax over a chunk of consecutive tokens, as a few matrix products.

The probability of a word is the product of those of the branches on its path through a binary tree. Many
paths share the nodes near the root: the scores of these top nodes are one dense product for all vectors, and
a branch is +1, -1, or 0 where a node is not on the path. Only the nodes further down are gathered, once for
each target, and their scores with all the vectors that predict this target are blocks of a band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.word2vec.kernels.negative_sampling import softplus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids
    from nlp.word2vec.kernels.band import ContextBand
    from nlp.word2vec.kernels.huffman import HuffmanTree

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

    def dense(self, words: Ids) -> Floats:
        """Paths within the top: (N,) -> (N, 2 T).

        Column T + n has the branch ±1 at node n, or 0 off the path; column n has its absolute value.
        """
        return self._dense.take(self._exits.take(words), axis=0)

    def below(self, words: Ids, block: int) -> DeepNodes:
        """Nodes below the top on the paths of B targets, which come in blocks of `block`: (B,) -> (E,).

        Blocks with about the same number of nodes form a batch, in which all are padded to one length.
        """
        counts = self._counts.take(words)
        target = np.repeat(np.arange(len(words)), counts)
        source = np.arange(len(target)) + np.repeat(self._first.take(words) - _first_of(counts)[:-1], counts)
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
        return DeepNodes(nodes, signs, targets, list(zip(batches, _parts(of_batches), strict=True)))


class DeepNodes(NamedTuple):
    """Nodes below the top, batch by batch.

    Attributes: `nodes` (E,), the branch taken at each, `signs` (E,), and the target whose path it is on,
    `targets` (E,); padding is node -1 with branch 0, of target B. `batches`: for each batch, the numbers of
    its blocks and the slice of the nodes, of which each of its blocks, in this order, has an equal share.
    """

    nodes: Ids
    signs: Floats
    targets: npt.NDArray[np.int64]
    batches: Sequence[tuple[npt.NDArray[np.int64], slice]]


class TreeBand:
    """Loss and gradients of one chunk: each input vector predicts the targets that its band pairs it with.

    Equation: L = Σ_ij a_ij Σ_{n on the path of word i} -log σ(s_in x_j·u_n),   s_in = ±1 the branch taken
              dL/dz = a (tanh(z/2) - s) / 2;   Σ_v P(v|x) = 1 as σ(z) + σ(-z) = 1 at every node
    Shapes:   X (B + 2m, D) input vectors, or hidden ones with a band of window 0; T (T, D) vectors of the top
              nodes; U (E, D) vectors of the nodes below, one row for each of `deep.nodes`
    Source:   Morin & Bengio 2005; Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.1, eq. 3

    Attributes: `deep`, the nodes below the top.
    """

    def __init__(self, band: ContextBand, paths: SplitPaths) -> None:
        self._band, self._paths = band, paths
        shape, dtype, top = band.shape, band.weights.dtype, paths.top
        self._dense_of_blocks = np.empty((shape.blocks, shape.block_contexts, 2 * top), dtype)
        self._dense = np.empty((shape.contexts, 2 * top), dtype)
        self._scores = np.empty((shape.contexts, top), dtype)
        self._half_x = np.empty((shape.contexts, shape.dim), dtype)
        self._dx_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)
        # The weight of each pair, and a row of zeros for what pads the blocks.
        self._padded_weights = np.zeros((shape.centers + 1, shape.block_contexts), dtype)
        self._weights_below: Floats = np.empty((0, shape.block_contexts), dtype)
        self.deep = paths.below(np.zeros(shape.centers, np.int32), shape.block)

    @property
    def top(self) -> int:
        """Nodes of the top."""
        return self._paths.top

    @property
    def longest(self) -> int:
        """Nodes below the top on the longest path."""
        return self._paths.longest

    def set_targets(self, targets: Ids) -> tuple[Floats, Floats, Floats]:
        """Look up the paths of the targets; the band must have its weights by then.

        Shapes: targets (B,) -> the weight of all branches that each input vector takes part in (B + 2m,),
                each node of the top (T,), and each of `deep.nodes` (E,)
        """
        shape, top, weights = self._band.shape, self._paths.top, self._band.weights
        paths = self._paths.dense(targets).reshape(shape.blocks, shape.block, -1)
        self._band.overlap_add(
            np.matmul(weights.transpose(0, 2, 1), paths, out=self._dense_of_blocks), self._dense
        )
        self.deep = deep = self._paths.below(targets, shape.block)
        pairs = weights.reshape(shape.centers, -1)
        self._padded_weights[:-1] = pairs
        self._weights_below = self._padded_weights.take(deep.targets, axis=0, mode="clip")
        of_targets = np.append(pairs.sum(axis=1), pairs.dtype.type(0))
        lengths = self._paths.lengths.take(targets).reshape(shape.blocks, 1, shape.block)
        of_inputs = np.empty((shape.contexts, 1), pairs.dtype)
        self._band.overlap_add(np.matmul(lengths, weights).transpose(0, 2, 1), of_inputs)
        of_top = self._dense[:, :top].sum(axis=0)
        return of_inputs[:, 0], of_top, of_targets.take(deep.targets)

    def gradients(self, X: Floats, T: Floats, U: Floats, dX: Floats, dT: Floats, dU: Floats) -> None:
        """Write the gradients of L over `dX`, `dT` and `dU`, shaped like `X`, `T` and `U`.

        The factors 1/2 of the equation are applied to the few vectors, not to the many scores. With x/2 for x
        the products are z/2, and 2 dL/dz (computed here as `z`) times x/2 is the gradient of the nodes; the
        gradient of x is halved at the end.
        """
        top, half = self._paths.top, X.dtype.type(0.5)
        half_x = np.multiply(X, half, out=self._half_x)
        self._gradients_below(half_x, U, dX, dU)
        z = np.matmul(half_x, T.T, out=self._scores)
        np.tanh(z, out=z)
        z *= self._dense[:, :top]
        z -= self._dense[:, top:]
        np.matmul(z.T, half_x, out=dT)
        dX += np.matmul(z, T, out=half_x)
        dX *= half

    def _gradients_below(self, half_x: Floats, U: Floats, doubled_dx: Floats, dU: Floats) -> None:
        """Write the gradients of the part below the top, that of x not yet halved."""
        X_by_block = self._band.by_block(half_x)
        for blocks, part in self.deep.batches:
            Xb, Ub = X_by_block[blocks], self._by_block(U[part], blocks)
            z = np.matmul(Ub, Xb.transpose(0, 2, 1))
            np.tanh(z, out=z)
            z -= self._by_block(self.deep.signs[part, None], blocks)
            z *= self._by_block(self._weights_below[part], blocks)
            np.matmul(z, Xb, out=self._by_block(dU[part], blocks))
            self._dx_of_blocks[blocks] = np.matmul(z.transpose(0, 2, 1), Ub)
        self._band.overlap_add(self._dx_of_blocks, doubled_dx)

    @staticmethod
    def _by_block(of_nodes: Floats, blocks: npt.NDArray[np.int64]) -> Floats:
        """View what the nodes of a batch have by block."""
        return of_nodes.reshape(len(blocks), -1, of_nodes.shape[1])

    def loss(self, X: Floats, T: Floats, U: Floats) -> tuple[float, float]:
        """L in nats and Σ a, the number of predictions, both summed over the chunk."""
        top = self._paths.top
        z = X @ T.T
        # -log σ(s z) = softplus(z) - [s = 1] z, and the band sums both s and |s| over the targets
        visited, taken = self._dense[:, :top], (self._dense[:, :top] + self._dense[:, top:]) / 2
        loss = float(np.einsum("jn,jn->", visited, softplus(z)) - np.einsum("jn,jn->", taken, z))
        X_by_block = self._band.by_block(X)
        for blocks, part in self.deep.batches:
            scores = self._by_block(U[part], blocks) @ X_by_block[blocks].transpose(0, 2, 1)
            signs, weights = self.deep.signs[part, None], self._weights_below[part]
            below = softplus(-self._by_block(signs, blocks) * scores)
            loss += float(np.einsum("bej,bej->", self._by_block(weights, blocks), below))
        return loss, float(self._band.weights.sum())


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
