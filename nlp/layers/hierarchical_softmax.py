"""Hierarchical softmax over a chunk of consecutive tokens, as a few matrix products.

The probability of a word is that of the branches on its path through a tree. The top of the tree is on every
path: the scores of its nodes are one dense product, with the branch taken as +1, -1, or 0 off the path. Only
the nodes further down are gathered, once for each target, and meet all the vectors that predict it as a band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.layers.negative_sampling import softplus

if TYPE_CHECKING:
    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids
    from nlp.layers.band import ContextBand
    from nlp.layers.huffman import HuffmanTree


class SplitPaths:
    """The paths of a tree, cut where they leave the first T nodes.

    Attributes: `top` T, nodes of the dense part; `lengths` (V,) of whole paths; `longest`, nodes of the
    longest path below the top.
    """

    def __init__(self, tree: HuffmanTree, top: int, dtype: npt.DTypeLike = np.float32) -> None:
        words = len(tree.first) - 1
        self.top = min(top, words - 1)
        self._dense, self._exits = _dense_paths(tree, self.top, dtype)
        below = tree.nodes >= self.top
        of_word = np.repeat(np.arange(words), tree.lengths)
        self._counts = np.bincount(of_word[below], minlength=words)
        self._first = np.concatenate((np.zeros(1, np.int64), np.cumsum(self._counts)))
        self._nodes, self._signs = tree.nodes[below], tree.signs[below].astype(dtype)
        self.lengths = tree.lengths.astype(dtype)
        self.longest = int(self._counts.max())

    def dense(self, words: Ids) -> Floats:
        """Paths within the top: (N,) -> (N, 2 T), the branches ±1 or 0, after their absolute values."""
        return self._dense.take(self._exits.take(words), axis=0)

    def below(self, words: Ids, block: int) -> DeepNodes:
        """Nodes below the top, for blocks of `block` targets; all blocks are padded to one length.

        Shapes: words (B,) -> arrays (B / block, E)
        """
        counts = self._counts.take(words)
        ends = np.cumsum(counts)
        of_blocks = counts.reshape(-1, block).sum(axis=1)
        blocks, width = len(of_blocks), int(of_blocks.max())
        target = np.repeat(np.arange(len(words)), counts)
        entry = np.arange(len(target))
        source = (self._first.take(words) - ends + counts).take(target) + entry
        of_block = target // block
        place = entry + (width * np.arange(blocks) - np.cumsum(of_blocks) + of_blocks).take(of_block)
        nodes = np.full(blocks * width, -1, np.int32)
        signs = np.zeros(blocks * width, self._signs.dtype)
        targets = np.full(blocks * width, len(words))
        nodes[place], signs[place], targets[place] = (
            self._nodes.take(source),
            self._signs.take(source),
            target,
        )
        shape = blocks, width
        return DeepNodes(nodes.reshape(shape), signs.reshape(shape), targets.reshape(shape))


class DeepNodes(NamedTuple):
    """Nodes below the top, (B / block, E) each: which node, which branch, of which target.

    What pads the blocks is node -1 with branch 0, of target B.
    """

    nodes: Ids
    signs: Floats
    targets: npt.NDArray[np.int64]


def _dense_paths(tree: HuffmanTree, top: int, dtype: npt.DTypeLike) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the distinct paths through the top (2 T, 2 T), and which of them is each word's (V,).

    A path through the top is known by the last node of the top and the branch taken there.
    """
    within = tree.nodes < top
    of_word = np.repeat(np.arange(len(tree.first) - 1), tree.lengths)
    last = tree.first[:-1] + np.bincount(of_word[within], minlength=len(tree.first) - 1) - 1
    exits = 2 * tree.nodes[last] + (tree.signs[last] > 0)
    numbers, example = np.unique(exits, return_index=True)
    dense = np.zeros((2 * top, 2 * top), dtype)
    for number, word in zip(numbers.tolist(), example.tolist(), strict=True):
        path = slice(tree.first[word], last[word] + 1)
        dense[number, tree.nodes[path]] = 1
        dense[number, top + tree.nodes[path]] = tree.signs[path]
    return dense, exits


class TreeBand:
    """Loss and gradients of one chunk: each input vector predicts the targets that its band pairs it with.

    Equation: L = Σ_ij a_ij Σ_{n on the path of word i} -log σ(s_in x_j·u_n),   s_in = ±1 the branch taken
              dL/dz = a (tanh(z/2) - s) / 2;   Σ_v P(v|x) = 1 as σ(z) + σ(-z) = 1 at every node
    Shapes:   X (B + 2m, D) input vectors, or hidden ones with a band of window 0; T (T, D) vectors of the top
              nodes; U (E, D) vectors of the nodes below, one row for each of `deep.nodes`
    Source:   Morin & Bengio 2005; Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.1, eq. 3
    """

    def __init__(self, band: ContextBand, paths: SplitPaths) -> None:
        self._band, self._paths = band, paths
        shape, dtype, top = band.shape, band.weights.dtype, paths.top
        self._dense_of_blocks = np.empty((shape.blocks, shape.block_contexts, 2 * top), dtype)
        self._dense = np.empty((shape.contexts, 2 * top), dtype)
        self._scores = np.empty((shape.contexts, top), dtype)
        self._half_x = np.empty((shape.contexts, shape.dim), dtype)
        self._dx_of_blocks = np.empty((shape.blocks, shape.block_contexts, shape.dim), dtype)
        # Half the weight of each pair, and a row of zeros for what pads the blocks.
        self._half_weights = np.zeros((shape.centers + 1, shape.block_contexts), dtype)
        self._weights_below: Floats = np.empty((shape.blocks, 0, shape.block_contexts), dtype)
        self.deep = paths.below(np.zeros(shape.centers, np.int32), shape.block)

    def set_targets(self, targets: Ids) -> tuple[Floats, Floats, Floats]:
        """Look up the paths of the targets, once the band has its weights.

        Shapes: targets (B,) -> branches weighed for each input vector (B + 2m,), for each node of the top
                (T,), and for each of the nodes below, of which `deep` tells (E,)
        """
        shape, top, weights = self._band.shape, self._paths.top, self._band.weights
        paths = self._paths.dense(targets).reshape(shape.blocks, shape.block, -1)
        self._band.overlap_add(
            np.matmul(weights.transpose(0, 2, 1), paths, out=self._dense_of_blocks), self._dense
        )
        self.deep = deep = self._paths.below(targets, shape.block)
        pairs = weights.reshape(shape.centers, -1)
        np.multiply(pairs, pairs.dtype.type(0.5), out=self._half_weights[:-1])
        self._weights_below = self._half_weights.take(deep.targets, axis=0, mode="clip")
        of_targets = np.append(pairs.sum(axis=1), pairs.dtype.type(0))
        lengths = self._paths.lengths.take(targets).reshape(shape.blocks, 1, shape.block)
        of_inputs = np.empty((shape.contexts, 1), pairs.dtype)
        self._band.overlap_add(np.matmul(lengths, weights).transpose(0, 2, 1), of_inputs)
        of_top = self._dense[:, :top].sum(axis=0)
        return of_inputs[:, 0], of_top, of_targets.take(deep.targets.reshape(-1))

    def gradients(self, X: Floats, T: Floats, U: Floats, dX: Floats, dT: Floats, dU: Floats) -> None:
        """Write the gradients of L over `dX`, `dT` and `dU`, shaped like `X`, `T` and `U`."""
        top, half = self._paths.top, X.dtype.type(0.5)
        half_x = np.multiply(X, half, out=self._half_x)
        self._gradients_below(X, U, dX, dU)
        z = np.matmul(half_x, T.T, out=self._scores)
        np.tanh(z, out=z)
        z *= self._dense[:, :top]
        z -= self._dense[:, top:]
        z *= half
        np.matmul(z.T, X, out=dT)
        dX += np.matmul(z, T, out=self._half_x)

    def _gradients_below(self, X: Floats, U: Floats, dX: Floats, dU: Floats) -> None:
        """Write the gradients of the part below the top: nodes by the vectors of their block."""
        Xb, Ub = self._band.by_block(X), U.reshape(*self.deep.nodes.shape, self._band.shape.dim)
        z = np.matmul(Ub, self._band.by_block(self._half_x).transpose(0, 2, 1))
        np.tanh(z, out=z)
        z -= self.deep.signs[:, :, None]
        z *= self._weights_below
        np.matmul(z, Xb, out=dU.reshape(Ub.shape))
        self._band.overlap_add(np.matmul(z.transpose(0, 2, 1), Ub, out=self._dx_of_blocks), dX)

    def loss(self, X: Floats, T: Floats, U: Floats) -> tuple[float, float]:
        """L in nats and Σ a, the number of predictions, both summed over the chunk."""
        top = self._paths.top
        z = X @ T.T
        # -log σ(s z) = softplus(z) - [s = 1] z, and the band sums both s and |s| over the targets
        visited, taken = self._dense[:, :top], (self._dense[:, :top] + self._dense[:, top:]) / 2
        loss = float(np.einsum("jn,jn->", visited, softplus(z)) - np.einsum("jn,jn->", taken, z))
        scores = U.reshape(*self.deep.nodes.shape, self._band.shape.dim) @ self._band.by_block(X).transpose(
            0, 2, 1
        )
        below = softplus(-self.deep.signs[:, :, None] * scores)
        loss += 2 * float(np.einsum("bej,bej->", self._weights_below, below))
        return loss, float(self._band.weights.sum())
