"""The Huffman tree of a vocabulary: short paths to frequent words, so that few nodes are met on average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Ids, Integers


@dataclass(frozen=True)
class HuffmanTree:
    """Paths from the root to every word.

    Inner nodes are numbered by falling weight: the root is 0, and a node's number is above its parent's, so
    the first T nodes are a tree of their own for any T.

    Attributes: `nodes` (total length of all paths,), the inner nodes on the path of word 0, root first, then
    those on the path of word 1, and so on; `signs`, the branch taken at each of these, +1 or -1; `first`
    (V + 1,): the path of word w is at [first[w], first[w + 1]) in both.
    """

    first: npt.NDArray[np.int64]
    nodes: Ids
    signs: npt.NDArray[np.int8]

    @classmethod
    def of(cls, counts: Sequence[int] | Integers) -> Self:
        """Build the tree of words with these counts, at least two.

        The same counts give the same tree. Of equal weights, words are merged before inner nodes, words with
        higher numbers before those with lower ones, and older inner nodes before younger ones.

        Source: Huffman 1952, "A method for the construction of minimum-redundancy codes"; in word vectors
                Morin & Bengio 2005; Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.1
        """
        parents, signs = _merge(counts)
        words = len(counts)
        node, levels = np.arange(words), []
        alive = np.ones(words, bool)
        while alive.any():
            levels.append((parents[node], np.where(alive, signs[node], 0)))
            node = np.where(alive, parents[node], node)
            alive &= node != words  # the root, see `_merge`
        # `levels` go from the words up to the root. In reverse, one column a level, the root comes first;
        # shorter paths have their empty columns (sign 0) in front of it.
        nodes = np.stack([level[0] for level in levels[::-1]], axis=1) - words
        of_paths = np.stack([level[1] for level in levels[::-1]], axis=1)
        on_path = of_paths != 0
        first = np.concatenate((np.zeros(1, np.int64), np.cumsum(on_path.sum(axis=1))))
        return cls(first, nodes[on_path].astype(np.int32), of_paths[on_path].astype(np.int8))

    @property
    def size(self) -> int:
        """Inner nodes."""
        return len(self.first) - 2

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Nodes on the path of each word."""
        return np.diff(self.first)


def _merge(
    counts: Sequence[int] | Integers,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Join the two lightest trees until one is left: parent and branch of every word and inner node.

    Words are 0 … V - 1, and V + n is inner node n, the root being V. Each merged tree weighs at least as much
    as the one before, so merged trees wait in order, and two queues (words by weight, merged trees by age) do
    instead of a heap.
    """
    words = len(counts)
    order = np.lexsort((-np.arange(words), np.asarray(counts)))
    leaves, leaf_weights = order.tolist(), [*np.asarray(counts)[order].tolist(), float("inf")]
    merged: list[int] = []
    parents, signs = [0] * (2 * words - 1), [0] * (2 * words - 1)
    leaf = oldest = 0
    for made in range(words - 1):
        number, weight = 2 * words - 2 - made, 0
        for sign in (-1, 1):
            if oldest == len(merged) or leaf_weights[leaf] <= merged[oldest]:
                child, weight = leaves[leaf], weight + leaf_weights[leaf]
                leaf += 1
            else:
                child, weight = 2 * words - 2 - oldest, weight + merged[oldest]
                oldest += 1
            parents[child], signs[child] = number, sign
        merged.append(weight)
    return np.array(parents), np.array(signs, np.int8)
