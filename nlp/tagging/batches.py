"""Sentences of about the same length, batch by batch, in another order each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from nlp.tagging.lattice import Indices, batch_bounds


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
