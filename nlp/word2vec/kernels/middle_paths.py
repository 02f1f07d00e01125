"""The middle of a Huffman tree: the subtrees below its top, as one small dense product each.

Targets whose paths leave the top by the same branch share one subtree below it, and meet the nodes of no
other. Sorted by subtree, some tens of hidden vectors meet some tens of nodes in one dense product, and no
node has to be gathered for a single target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.word2vec.kernels.negative_sampling import softplus

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from nlp.layers.arrays import Floats, Ids
    from nlp.word2vec.kernels.band import BandShape
    from nlp.word2vec.kernels.huffman import HuffmanTree


def dense_paths(
    tree: HuffmanTree, first: int, end: int, column: npt.NDArray[np.int64], dtype: npt.DTypeLike
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the distinct paths through the nodes [first, end), and which of them is each word's (V,).

    A path through the nodes below `end` is identified by the last of them and the branch taken there: it is
    number 2 n, plus 1 for the branch +1, if n is that node.

    Shapes: column (end,), which of C columns each node has -> (2 end, 2 C): in column C + c the branch ±1 at
            the node of column c, or 0 where it is not on the path, in column c its absolute value
    """
    words = len(tree.first) - 1
    of_word = np.repeat(np.arange(words), tree.lengths)
    inside = tree.nodes < end
    last = tree.first[:-1] + np.bincount(of_word[inside], minlength=words) - 1
    exits = 2 * tree.nodes[last] + (tree.signs[last] > 0)
    is_example = np.zeros(words, bool)
    is_example[np.unique(exits, return_index=True)[1]] = True
    entries = np.flatnonzero(inside & (tree.nodes >= first) & is_example[of_word])
    columns = column[first:].max(initial=-1) + 1
    dense = np.zeros((2 * end, 2 * columns), dtype)
    path, place = exits[of_word[entries]], column[tree.nodes[entries]]
    dense[path, place] = 1
    dense[path, columns + place] = tree.signs[entries]
    return dense, exits


class MiddlePaths:
    """Loss and gradients of the nodes of a tree from `first` up to `end`; a hidden vector has one target.

    Equation: as in `RankedTree`, of these nodes only
    Shapes:   H (B, D) hidden vectors; M (M, D) vectors of the nodes
    Attributes: `nodes` (M,), sorted by subtree.
    """

    def __init__(
        self, tree: HuffmanTree, first: int, end: int, shape: BandShape, dtype: npt.DTypeLike = np.float32
    ) -> None:
        subtree_of_word, subtree_of_node = _subtrees(tree, first, end)
        order = subtree_of_node.argsort(kind="stable")
        self.nodes: Ids = (first + order).astype(np.int32)
        sizes = np.bincount(subtree_of_node, minlength=subtree_of_word.max() + 1)
        self._first_nodes = first_of(sizes)
        column = np.zeros(end, np.int64)
        column[self.nodes] = np.arange(len(order)) - np.repeat(self._first_nodes[:-1], sizes)
        self._dense, self._path_of_word = dense_paths(tree, first, end, column, dtype)
        self._subtree_of_word = subtree_of_word.astype(np.int16)  # sorted by radix
        self._width = self._dense.shape[1] // 2
        self._scores = np.zeros((shape.centers, self._width), dtype)
        self._hidden = np.empty((shape.centers, shape.dim), dtype)
        self._d_hidden = np.empty((shape.centers, shape.dim), dtype)
        self._order = self._back = np.arange(shape.centers)
        self._first_targets = np.zeros(len(sizes) + 1, np.int64)
        self._paths, self._weights = np.empty((0, 2 * self._width), dtype), np.empty(0, dtype)

    def set_targets(self, targets: Ids, weights: Floats) -> Floats:
        """Sort the targets by subtree, and look up their paths.

        Shapes: targets and weights (B,) -> weights summed over the targets that meet each node (M,)
        """
        subtrees = self._subtree_of_word.take(targets)
        self._order = subtrees.argsort(kind="stable")
        self._back = np.empty_like(self._order)
        self._back[self._order] = np.arange(len(targets))
        self._first_targets = first_of(np.bincount(subtrees, minlength=len(self._first_nodes) - 1))
        self._paths = self._dense.take(self._path_of_word.take(targets.take(self._order)), axis=0)
        self._weights = weights.take(self._order)
        of_nodes = np.empty(len(self.nodes), weights.dtype)
        for part, nodes, columns in self._subtrees():
            np.matmul(self._weights[part], self._paths[part, columns], out=of_nodes[nodes])
        return of_nodes

    def gradients(self, H: Floats, M: Floats, dH: Floats, dM: Floats) -> None:
        """Add the gradient of the hidden vectors to `dH`, and write that of the nodes over `dM`."""
        z, half = self._forward(H, M), H.dtype.type(0.5)
        z *= half
        np.tanh(z, out=z)
        z *= self._paths[:, : self._width]
        z -= self._paths[:, self._width :]
        z *= half
        for part, nodes, columns in self._subtrees():
            np.matmul(z[part, columns].T, self._hidden[part], out=dM[nodes])
            np.matmul(z[part, columns], M[nodes], out=self._d_hidden[part])
        dH += self._d_hidden.take(self._back, axis=0, out=self._hidden, mode="clip")

    def loss(self, H: Floats, M: Floats) -> float:
        """The nodes' part of L, in nats."""
        visited, signs = self._paths[:, : self._width], self._paths[:, self._width :]
        nats = visited * softplus(-signs * self._forward(H, M))
        return float(self._weights @ nats.sum(axis=1))

    def _forward(self, H: Floats, M: Floats) -> Floats:
        """Scores of each target and the nodes of its subtree; further columns hold old, finite values."""
        H.take(self._order, axis=0, out=self._hidden, mode="clip")
        for part, nodes, columns in self._subtrees():
            np.matmul(self._hidden[part], M[nodes].T, out=self._scores[part, columns])
        return self._scores

    def _subtrees(self) -> Iterator[tuple[slice, slice, slice]]:
        """Yield, for each subtree, the slices of its sorted targets, of its nodes, and of their columns."""
        for targets, nodes in zip(parts(self._first_targets), parts(self._first_nodes), strict=True):
            yield targets, nodes, slice(nodes.stop - nodes.start)


def _subtrees(tree: HuffmanTree, first: int, end: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number the subtrees below the nodes [0, first): that of each word (V,), of each node from `first`."""
    words = len(tree.first) - 1
    _, exits = dense_paths(tree, 0, first, np.arange(first), np.float32)
    _, of_word = np.unique(exits, return_inverse=True)
    of_node = np.zeros(end, np.int64)
    inside = tree.nodes < end
    of_node[tree.nodes[inside]] = of_word[np.repeat(np.arange(words), tree.lengths)[inside]]
    return of_word, of_node[first:]


def first_of(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where parts of these sizes begin, and where the last one ends."""
    return np.concatenate((np.zeros(1, np.int64), sizes.cumsum()))


def parts(first: npt.NDArray[np.int64]) -> list[slice]:
    """The slice of each part, from what `first_of` returned."""
    return [slice(*bounds) for bounds in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
