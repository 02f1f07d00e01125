"""Gradients of the shards of a batch, summed and applied task by task, so that workers can share the work.

A block is small enough to stay in a core's cache until all that is to be done with it is done, so a step
reads and writes each vector only once or twice, whatever the optimizer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from nlp.layers.arrays import Floats
from nlp.layers.clipping import clip_value_, norm_of_squares
from nlp.layers.parameters import Parameters
from nlp.parallel.team import shared_array
from nlp.training.optimizers.optimizer import Optimizer, Step


class ShardedGradient:
    """One gradient for each shard; between two steps its values are zero, and what it observed is left.

    Neither the blocks, which are the optimizer's, nor the order in which shards and squares are summed depend
    on the number of workers.

    Attributes: `shards`, in memory that workers share; `tasks`, into how many `sum_` and `apply_` are
    divided.
    """

    def __init__(self, parameters: Parameters, shards: int, optimizer: Optimizer) -> None:
        self._weights, self._optimizer = parameters.flat, optimizer
        self.shards = [parameters.like(shared_array) for _ in range(shards)]
        self.tasks, self._first = len(optimizer.tasks), [0, *accumulate(map(len, optimizer.tasks))]
        self._squares = shared_array((self._first[-1],), np.float64)
        largest = max(block.stop - block.start for task in optimizer.tasks for block in task)
        self._scratch: Floats = np.empty(largest, self._weights.dtype)

    def sum_(self, task: int, limit: float) -> None:
        """Sum the shards into the first one, and clip each value of the sum to ± `limit` (0: no limit)."""
        total, *others = (shard.flat for shard in self.shards)
        for number, block in self._blocks(task):
            part = total[block]
            for other in others:
                part += other[block]
            if limit:
                clip_value_(part, limit)
            self._squares[number] = np.dot(part, part)

    def norm(self) -> float:
        """Euclidean length of the sum, once all tasks of `sum_` are done."""
        return norm_of_squares(self._squares)

    def apply_(self, task: int, step: Step) -> None:
        """Move the weights by the sum, as the optimizer does, and set every shard to zero for the next."""
        total = self.shards[0].flat
        for _, block in self._blocks(task):
            part = total[block]
            self._optimizer.update_(block, self._weights[block], part, self._scratch[: part.size], step)
            for shard in self.shards:
                shard.flat[block] = 0

    def _blocks(self, task: int) -> Iterator[tuple[int, slice]]:
        """The number and the place of each block of a task."""
        yield from enumerate(self._optimizer.tasks[task], self._first[task])
