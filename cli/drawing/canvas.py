"""What the drawers share: points scaled to a frame, and labels that do not cover one another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Point = tuple[float, float]


class FigureWarning(UserWarning):
    """Something about a figure that the user should know and can change."""


class Axes(NamedTuple):
    """What the axes of curves are called, and the number of their first points."""

    across: str = ""
    up: str = ""
    first: int = 1


UNNAMED = Axes()
_CELL_WIDTH, _CELL_HEIGHT = 64, 16  # of the grid in `_Taken`


@dataclass(frozen=True)
class Box:
    """A rectangle from (`left`, `top`) to (`right`, `bottom`), edges excluded."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def inside(self, frame: Box) -> bool:
        """Whether no part of it is outside `frame`."""
        return (
            frame.left <= self.left
            and self.right <= frame.right
            and frame.top <= self.top
            and self.bottom <= frame.bottom
        )


def scaled(points: Sequence[Point], frame: Box) -> list[Point]:
    """`points` stretched to fill `frame`, with y downwards; if all x (or all y) are equal, in the middle."""
    columns = list(zip(*points, strict=True))
    low, high = [min(column) for column in columns], [max(column) for column in columns]

    def place(value: float, axis: int, start: float, end: float) -> float:
        extent = high[axis] - low[axis]
        return start + (value - low[axis]) / extent * (end - start) if extent else (start + end) / 2

    return [(place(x, 0, frame.left, frame.right), place(y, 1, frame.bottom, frame.top)) for x, y in points]


def place_labels(
    points: Sequence[Point],
    candidates: Callable[[int, Point], Sequence[Box]],
    frame: Box,
    marks: Sequence[Box],
) -> list[Box | None]:
    """For each point in turn the first of its candidate boxes that is free; None where there is none."""
    taken = _Taken(marks)
    chosen: list[Box | None] = []
    for number, point in enumerate(points):
        free = (box for box in candidates(number, point) if box.inside(frame) and taken.leaves(box))
        box = next(free, None)
        chosen.append(box)
        if box:
            taken.add(box)
    return chosen


class _Taken:
    """Occupied boxes, listed by the grid cells that they touch: a label is compared with near ones only."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for cell in _cells(box):
            self._cells[cell].append(box)

    def leaves(self, box: Box) -> bool:
        """Whether `box` is free."""
        return not any(box.overlaps(other) for cell in _cells(box) for other in self._cells[cell])


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    columns = range(int(box.left // _CELL_WIDTH), int(box.right // _CELL_WIDTH) + 1)
    rows = range(int(box.top // _CELL_HEIGHT), int(box.bottom // _CELL_HEIGHT) + 1)
    return product(columns, rows)


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` + 1 round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`."""
    if not low < high:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [number * step for number in range(ceil(low / step), floor(high / step) + 1)]


def printable(text: str) -> str:
    """`text` with U+FFFD for what neither a terminal nor XML may be given, control characters above all."""
    return "".join(
        "\ufffd" if category(one) in {"Cc", "Cs"} or one in "\ufffe\uffff" else one for one in text
    )
