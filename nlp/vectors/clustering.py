"""Groups of vectors that lie together: k-means, on the sphere for cosines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.layers.arrays import Floats, Ids
from nlp.layers.random_streams import RandomStreams
from nlp.layers.scatter import RowGroups

MOST_ROUNDS = 100

_ROWS = 4096  # × 100 clusters of float32 scores are 1.6 MB
_SEEDING = 1  # the number of the random stream that first centres are drawn with
_ROUNDING = 1e-6  # of a squared distance: what is less is none


class Rows(Protocol):
    """Rows of numbers (N, D), in memory or on disk: those of a slice are read at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Floats: ...


@dataclass(frozen=True)
class Clusters:
    """The clusters of N rows, the largest first.

    Attributes: `centres` (K, D), of length 1 on the sphere; `numbers` (N,), the cluster of each row; `scores`
    (N,), its cosine with the centre or, in flat space, minus half its squared distance; `sizes` (K,).
    """

    centres: Floats
    numbers: Ids
    scores: Floats
    sizes: npt.NDArray[np.int64]

    def nearest(self, cluster: int, count: int) -> npt.NDArray[np.int64]:
        """The rows of a cluster that are nearest to its centre, at most `count`, the nearest first."""
        members = np.flatnonzero(self.numbers == cluster)
        return members[np.argsort(-self.scores[members], kind="stable")[:count]]


Watch = Callable[[int, int], None]
"""Told how many steps are done, first centres and moves, and how many there are at most."""


def k_means(
    rows: Rows,
    clusters: int,
    seed: int,
    *,
    on_sphere: bool = True,
    rounds: int = MOST_ROUNDS,
    watch: Watch = lambda *_: None,
) -> Clusters:
    """Divide rows into clusters, each row being in that of the nearest centre.

    On the sphere the rows are of length 1, and so are the centres: then nearest means by cosine. The centres
    are moved until no row changes its cluster, at most `rounds` times. There are fewer clusters where there
    are fewer different rows. Same rows, same seed, same bits.

    Equation: minimise Σ_n |x_n − c_{z(n)}|²,   z(n) = argmax_k x_n·c_k − b_k,
              b_k = |c_k|²/2, on the sphere 0;   c_k = mean of the rows in k, there scaled to length 1
    Shapes:   rows (N, D)
    Raises:   InputError where there is no row
    Source:   Lloyd 1982, "Least squares quantization in PCM"; Dhillon & Modha 2001, "Concept decompositions
              for large sparse text data using clustering" (the sphere)
    """
    if not len(rows):
        raise InputError("there is nothing to cluster")
    most = clusters + rounds
    random = RandomStreams(seed).at(_SEEDING)
    centres = _first_centres(rows, clusters, random, lambda done: watch(done, most))
    return moved_to_rest(
        rows, centres, on_sphere=on_sphere, rounds=rounds, watch=lambda done: watch(clusters + done, most)
    )


def moved_to_rest(
    rows: Rows,
    centres: Floats,
    *,
    on_sphere: bool = True,
    rounds: int = MOST_ROUNDS,
    watch: Callable[[int], None] = lambda _: None,
) -> Clusters:
    """The clusters that come of some first centres (K, D), as many as these: see `k_means`.

    A centre that no row is nearest to gets one that is far from its own.
    """
    assigned = _assigned(rows, centres, on_sphere=on_sphere)
    for number in range(rounds):
        watch(number)
        before = assigned.numbers
        centres = assigned.means(on_sphere=on_sphere)
        assigned = _assigned(rows, centres, on_sphere=on_sphere)
        if np.array_equal(before, assigned.numbers):
            break
    sizes = np.bincount(assigned.numbers, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    rank = np.zeros(len(centres), np.int32)
    rank[order] = np.arange(len(order))
    return Clusters(centres[order], rank[assigned.numbers], assigned.scores, sizes[order])


@dataclass(frozen=True)
class _Assignment:
    """Rows divided among centres, and the sums (K, D) of those of each."""

    numbers: Ids
    scores: Floats
    sums: npt.NDArray[np.float64]

    def means(self, *, on_sphere: bool) -> Floats:
        """The centre of each cluster: the mean of its rows, on the sphere scaled to length 1."""
        sizes = np.bincount(self.numbers, minlength=len(self.sums))
        divisors = np.linalg.norm(self.sums, axis=1) if on_sphere else sizes
        means: Floats = (self.sums / np.where(divisors > 0, divisors, 1)[:, None]).astype(np.float32)
        return means


def _assigned(rows: Rows, centres: Floats, *, on_sphere: bool) -> _Assignment:
    """Assign each row to its nearest centre; to a centre without any, a row that is far from its own."""
    half = np.zeros(len(centres), np.float32) if on_sphere else _squares(centres) / 2
    numbers = np.empty(len(rows), np.int32)
    scores = np.empty(len(rows), np.float32)
    sums = np.zeros(centres.shape, np.float64)
    for start, block in _blocks(rows):
        found = block @ centres.T
        found -= half
        part = slice(start, start + len(block))
        numbers[part] = found.argmax(axis=1)
        scores[part] = found.max(axis=1)
        if not on_sphere:
            scores[part] -= _squares(block) / 2
        groups = RowGroups.of(numbers[part])
        sums[groups.rows] += groups.sum(block)
    for row in _fill_empty(rows, numbers, scores, sums):
        scores[row] = 1 if on_sphere else 0
    return _Assignment(numbers, scores, sums)


def _fill_empty(rows: Rows, numbers: Ids, scores: Floats, sums: npt.NDArray[np.float64]) -> list[int]:
    """Give each cluster without a row one that is far from its centre, not alone with it; return these."""
    sizes = np.bincount(numbers, minlength=len(sums))
    empty = np.flatnonzero(sizes == 0).tolist()
    moved: list[int] = []
    for row in np.argsort(scores, kind="stable").tolist() if empty else ():
        if len(moved) == len(empty):
            break
        old, new = int(numbers[row]), empty[len(moved)]
        if sizes[old] > 1:
            vector = rows[row : row + 1][0]
            sums[old] -= vector
            sums[new] += vector
            sizes[old] -= 1
            numbers[row] = new
            moved.append(row)
    return moved


def _first_centres(
    rows: Rows, clusters: int, random: np.random.Generator, watch: Callable[[int], None]
) -> Floats:
    """The rows to begin with, far apart: each is drawn by its squared distance from those before.

    Of some that are drawn, the one is taken that leaves the least distances.

    Source: Arthur & Vassilvitskii 2007, "k-means++: the advantages of careful seeding"
    """
    tries = 2 + int(log(clusters))
    number = int(random.integers(len(rows)))
    chosen = [rows[number : number + 1][0]]
    nearest = _squared_distances(rows, np.array(chosen))[:, 0]
    while len(chosen) < clusters:
        watch(len(chosen))
        reached = np.cumsum(nearest, dtype=np.float64)
        if not reached[-1]:
            break  # no other row is left
        drawn = reached.searchsorted(random.random(tries) * reached[-1], side="right")
        drawn = np.minimum(drawn, len(nearest) - 1)
        candidates = np.concatenate([rows[number : number + 1] for number in drawn.tolist()])
        distances = np.minimum(_squared_distances(rows, candidates), nearest[:, None])
        best = int(distances.sum(axis=0, dtype=np.float64).argmin())
        chosen.append(candidates[best])
        nearest = distances[:, best]
    return np.array(chosen, np.float32)


def _squared_distances(rows: Rows, points: Floats) -> Floats:
    """Between each row and each of some points: (N, D), (P, D) -> (N, P)."""
    distances = np.empty((len(rows), len(points)), np.float32)
    lengths = _squares(points)
    for start, block in _blocks(rows):
        sums = _squares(block)[:, None] + lengths
        found = sums - 2 * (block @ points.T)
        distances[start : start + len(block)] = np.where(found > _ROUNDING * sums, found, 0)
    return distances


def _squares(rows: Floats) -> Floats:
    """The squared length of each row."""
    squares: Floats = np.einsum("nd,nd->n", rows, rows)
    return squares


def _blocks(rows: Rows) -> Iterator[tuple[int, Floats]]:
    """Some thousand rows at a time, with the number of the first."""
    for start in range(0, len(rows), _ROWS):
        yield start, rows[start : start + _ROWS]
