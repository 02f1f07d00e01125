"""Gradients of the shards of a batch, summed and applied by all workers together, block by block.

A block is small enough to stay in a core's cache until all that is to be done with it is done, so a step
reads and writes each vector only once or twice, whatever the optimizer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp.layers.clipping import clip_value_, norm_of_squares
from nlp.training.team import shared_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.layers.arrays import Floats
    from nlp.layers.parameters import Parameters
    from nlp.training.optimizers import Optimizer, Step
    from nlp.training.team import Member

_BLOCK = 1 << 15  # values
_TASK = 8  # blocks that a worker takes at once


class ShardedGradient:
    """One gradient for each shard, all zero between two steps.

    Neither the blocks nor the order in which shards and squares are summed depend on the number of workers.

    Attributes: `shards`, in memory that workers share.
    """

    def __init__(self, parameters: Parameters, shards: int) -> None:
        self._weights: Floats = parameters.flat
        size, dtype = self._weights.size, self._weights.dtype
        self.shards = [parameters.like(shared_array((size,), dtype)) for _ in range(shards)]
        self._squares = shared_array((-(-size // _BLOCK),), np.float64)
        self._scratch = np.empty(min(size, _BLOCK), dtype)

    def sum_(self, limit: float, member: Member) -> None:
        """Sum the shards into the first one, and clip each value of the sum to ± `limit` (0: no limit)."""
        total, *others = (shard.flat for shard in self.shards)
        for number, block in self._blocks(member):
            part = total[block]
            for other in others:
                part += other[block]
            if limit:
                clip_value_(part, limit)
            self._squares[number] = np.dot(part, part)

    def norm(self) -> float:
        """Euclidean length of the sum, once every worker is done with `sum_`."""
        return norm_of_squares(self._squares)

    def apply_(self, optimizer: Optimizer, step: Step, member: Member) -> None:
        """Move the weights by the sum, as `optimizer` does, and set every shard to zero for the next step."""
        total = self.shards[0].flat
        for _, block in self._blocks(member):
            part = total[block]
            optimizer.update_(block, self._weights[block], part, self._scratch[: part.size], step)
            for shard in self.shards:
                shard.flat[block] = 0

    def _blocks(self, member: Member) -> Iterator[tuple[int, slice]]:
        blocks = len(self._squares)
        for task in member.share(-(-blocks // _TASK)):
            for number in range(task * _TASK, min((task + 1) * _TASK, blocks)):
                yield number, slice(number * _BLOCK, (number + 1) * _BLOCK)
