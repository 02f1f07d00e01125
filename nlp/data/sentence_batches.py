"""Sentences of about the same length, batch by batch, in another order each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from nlp.layers.arrays import Indices


class SentenceBatches:
    """Batches of at least `size` places, of sentences of these `lengths`.

    Attributes: `steps`, how many batches there are; `most`, sentences in the largest; `places`, in any.
    """

    def __init__(self, lengths: Indices, size: int) -> None:
        self._lengths = lengths
        falling = -np.sort(-lengths)
        self._bounds = batch_bounds(falling, size)
        self.steps = len(self._bounds) - 1
        self.most = max(last - first for first, last in pairwise(self._bounds))
        self.places = int(np.add.reduceat(falling, self._bounds[:-1]).max())

    def read(self, generator: np.random.Generator, skip: int = 0) -> Iterator[Indices]:
        """Yield the numbers of the sentences of each batch, by falling length, without the first `skip`."""
        order = np.lexsort((generator.random(len(self._lengths)), -self._lengths))
        for turn in generator.permutation(self.steps)[skip:]:
            yield order[self._bounds[turn] : self._bounds[turn + 1]]


def batch_bounds(lengths: Indices, size: int) -> list[int]:
    """Where batches of consecutive sequences begin that have at least `size` places together, and the end."""
    ends = np.cumsum(lengths)
    bounds = [0]
    while bounds[-1] < len(lengths):
        before = ends[bounds[-1] - 1] if bounds[-1] else 0
        bounds.append(min(int(np.searchsorted(ends, before + size)) + 1, len(lengths)))
    return bounds


def by_length(lengths: Indices, size: int) -> Iterator[Indices]:
    """Yield the numbers of sentences of about the same length, by falling length, at least `size` places."""
    order = np.argsort(-lengths, kind="stable")
    for first, last in pairwise(batch_bounds(lengths[order], size)):
        yield order[first:last]
