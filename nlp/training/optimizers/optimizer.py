"""What a training knows of its optimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nlp.layers.arrays import Floats

_BLOCK = 1 << 15  # values
_TASK = 8  # blocks of a task


@dataclass(frozen=True)
class Step:
    """What one update needs to know beside its gradient.

    Attributes: `rate`, the learning rate lr; `scale` s, by which the summed gradient g is multiplied (the
    factor of clipping over the number of tokens: s g is the clipped gradient of their mean loss); `number`,
    how many updates came before this one.
    """

    rate: float
    scale: float
    number: int


class Optimizer(Protocol):
    """Moves weights against gradients; `state` is what it remembers of them, in vectors.

    Attributes: `tasks`, the whole vector of weights cut into blocks, and these into tasks that workers share.
    A block that is a slice of a vector may be cut further; one that is a matrix may not.
    """

    tasks: Sequence[Sequence[slice]]

    @property
    def state(self) -> Mapping[str, Floats]:
        """Its vectors by name, in memory that workers share; a resumed training writes them in place."""

    def update_(self, part: slice, weights: Floats, gradient: Floats, scratch: Floats, step: Step) -> None:
        """Move `weights`, the slice `part` of the whole vector; `gradient` and `scratch` are overwritten."""


def even_tasks(size: int) -> list[list[slice]]:
    """A vector in blocks small enough to stay in a core's cache, and so many of these to a task."""
    return in_tasks(list(blocks_of(0, size)))


def blocks_of(start: int, end: int) -> list[slice]:
    """A slice of a vector in blocks small enough to stay in a core's cache."""
    return [slice(first, min(first + _BLOCK, end)) for first in range(start, end, _BLOCK)]


def in_tasks(blocks: Sequence[slice]) -> list[list[slice]]:
    """Neighbouring blocks together, as many as make a task worth sharing, or one that is larger alone."""
    tasks: list[list[slice]] = []
    room = 0
    for block in blocks:
        size = block.stop - block.start
        if not tasks or size > room:
            tasks.append([])
            room = _TASK * _BLOCK
        tasks[-1].append(block)
        room -= size
    return tasks
