"""Hierarchical softmax where each hidden vector predicts one target, as in CBOW: paths rank by rank.

The nodes below the top come in ranks: the first one of every target, then the second ones, and so on. With
the targets sorted by falling number of nodes, those that have a node of some rank are the first n of them.
Their hidden vectors are a view, then, and only nodes have to be gathered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.word2vec.kernels.hierarchical_softmax import SplitPaths
from nlp.word2vec.kernels.middle_paths import MiddlePaths
from nlp.word2vec.kernels.negative_sampling import softplus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.layers.arrays import Floats, Ids
    from nlp.word2vec.kernels.band import ContextBand
    from nlp.word2vec.kernels.huffman import HuffmanTree


class RankedTree:
    """Loss and gradients of one chunk: each hidden vector predicts the target at its place.

    Equation: L = Σ_i a_i Σ_{n on the path of word i} -log σ(s_in h_i·u_n), as in `TreeBand`, with a_i = 0
              where h_i = 0, a mean of no contexts, and otherwise 1
    Shapes:   H (B, D) hidden vectors; T (T, D) vectors of the nodes of the top and of the middle; U (E, D)
              vectors of the nodes below, one row for each of `deep.nodes`
    Source:   Morin & Bengio 2005; Mikolov, Sutskever, Chen, Corrado & Dean 2013, §2.1, eq. 3

    Attributes: `dense_nodes` (T,), numbers of the nodes of the top and of the middle; `deep`, those below.
    """

    def __init__(self, band: ContextBand, tree: HuffmanTree, top: int, end: int) -> None:
        """Lay out a tree: its first `top` nodes are scored for all targets, those up to `end` by subtree."""
        shape, dtype = band.shape, band.weights.dtype
        self._band = band
        self._paths = paths = SplitPaths(tree, top, dtype, end)
        self._middle = MiddlePaths(tree, paths.top, max(paths.top, min(end, tree.size)), shape, dtype)
        self.dense_nodes: Ids = np.concatenate((np.arange(paths.top, dtype=np.int32), self._middle.nodes))
        self._predicted = np.zeros(shape.centers, dtype)
        self._dense = np.empty((shape.centers, 2 * paths.top), dtype)
        self._scores = np.empty((shape.centers, paths.top), dtype)
        self._hidden = np.empty((shape.centers, shape.dim), dtype)
        self._d_hidden = np.empty((shape.centers, shape.dim), dtype)
        self.deep = paths.by_rank(np.zeros(shape.centers, np.int32))

    def set_targets(self, targets: Ids) -> tuple[Floats, Floats, Floats]:
        """Look up the paths of the targets; the band must have its weights by then.

        Shapes: targets (B,) -> the weight of all branches that each hidden vector takes part in (B,), each of
                `dense_nodes` (T,), and each of `deep.nodes` (E,)
        """
        self.deep = deep = self._paths.by_rank(targets)
        of_centers = self._band.diagonal()
        ordered = targets.take(deep.order)
        self._dense = self._paths.dense(ordered)
        self._predicted = of_centers.take(deep.order)
        of_top = self._predicted @ self._dense[:, : self._paths.top]
        of_middle = self._middle.set_targets(targets, of_centers)
        of_deep = [self._predicted[:n] for n in deep.sizes]
        of_hidden = self._paths.lengths.take(targets) * of_centers
        return of_hidden, np.concatenate((of_top, of_middle)), np.concatenate((of_top[:0], *of_deep))

    def gradients(self, H: Floats, T: Floats, U: Floats, dH: Floats, dT: Floats, dU: Floats) -> None:
        """Write the gradients of L over `dH`, `dT` and `dU`, shaped like `H`, `T` and `U`.

        Equation: dL/dz = (tanh(z/2) - s) / 2
        The weight a is left out, which changes nothing: where it is 0, h is 0, so that nothing is added to
        `dT` and `dU`, and h is a mean of no contexts, so that nobody reads its row of `dH`.
        """
        hidden = H.take(self.deep.order, axis=0, out=self._hidden, mode="clip")
        top = self._paths.top
        z = np.matmul(hidden, T[:top].T, out=self._scores)
        _tanh_of_half(z)
        z *= self._dense[:, :top]
        z -= self._dense[:, top:]
        z *= z.dtype.type(0.5)
        np.matmul(z.T, hidden, out=dT[:top])
        np.matmul(z, T[:top], out=self._d_hidden)
        self._gradients_below(U, dU)
        dH[self.deep.order] = self._d_hidden
        self._middle.gradients(H, T[top:], dH, dT[top:])

    def _gradients_below(self, U: Floats, dU: Floats) -> None:
        """Write the gradient of the nodes below over `dU`; add their part of the hidden vectors' gradient."""
        z = self._scores_below(U)
        _tanh_of_half(z)
        z -= self.deep.signs
        z *= z.dtype.type(0.5)
        for n, rank in self._ranks():
            of_rank = z[rank, None]
            self._d_hidden[:n] += np.multiply(of_rank, U[rank], out=dU[rank])  # dU serves as scratch
            np.multiply(of_rank, self._hidden[:n], out=dU[rank])

    def _scores_below(self, U: Floats) -> Floats:
        """h·u for every node below the top. Shapes: -> (E,)."""
        z = np.empty(len(U), U.dtype)
        for n, rank in self._ranks():
            np.einsum("nd,nd->n", self._hidden[:n], U[rank], out=z[rank])
        return z

    def _ranks(self) -> Iterator[tuple[int, slice]]:
        """Yield for each rank how many of the sorted targets have a node of it, and where these nodes are."""
        start = 0
        for n in self.deep.sizes:
            yield n, slice(start, start + n)
            start += n

    @property
    def longest(self) -> int:
        """Nodes below the middle on the longest path."""
        return self._paths.longest

    def loss(self, H: Floats, T: Floats, U: Floats) -> tuple[float, float]:
        """L in nats and Σ a, the number of predictions, both summed over the chunk."""
        top = self._paths.top
        hidden = H.take(self.deep.order, axis=0, out=self._hidden, mode="clip")
        z, visited, signs = hidden @ T[:top].T, self._dense[:, :top], self._dense[:, top:]
        loss = float(np.einsum("i,in,in->", self._predicted, visited, softplus(-signs * z)))
        loss += self._middle.loss(H, T[top:])
        below = softplus(-self.deep.signs * self._scores_below(U))
        loss += sum(float(self._predicted[:n] @ below[rank]) for n, rank in self._ranks())
        return loss, float(self._predicted.sum())


def _tanh_of_half(z: Floats) -> None:
    """Replace z by tanh(z/2)."""
    z *= z.dtype.type(0.5)
    np.tanh(z, out=z)
