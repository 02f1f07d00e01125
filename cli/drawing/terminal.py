"""Figures as text, for a terminal or a log."""

from __future__ import annotations

from itertools import cycle
from string import ascii_letters
from typing import TYPE_CHECKING

from cli.drawing.canvas import UNNAMED, Axes, Box, place_labels, printable, scaled, ticks
from nlp.text.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from cli.drawing.canvas import Point
    from cli.drawing.heat_map import HeatMap

MARK = "•"
_SCALE = 9  # columns for the scale, left of the axis


Cell = tuple[int, int]


def place_map(
    points: Sequence[Point], labels: Sequence[str], width: int = 80, height: int = 24
) -> tuple[list[Cell], list[Box | None]]:
    """Column and row of each mark, and the boxes of the labels; None for a label that finds no free place."""
    places = [(round(x), round(y)) for x, y in scaled(points, Box(0, 0, width - 1, height - 1))]
    marks = [Box(x, y, x + 1, y + 1) for x, y in places]
    texts = list(map(printable, labels))

    def candidates(number: int, point: Point) -> list[Box]:
        """After the mark or before it, with a blank at the far end that keeps labels apart."""
        x, y = point
        size = columns_of(texts[number]) + 1
        return [Box(x + 1, y, x + 1 + size, y + 1), Box(x - size, y, x, y + 1)]

    return places, place_labels(places, candidates, Box(-1, 0, width + 1, height), marks)


def draw_map(points: Sequence[Point], labels: Sequence[str], width: int = 80, height: int = 24) -> str:
    """Labelled points; where labels would cover one another, only the mark is left."""
    cells = [[" "] * width for _ in range(height)]
    for (x, y), box, label in zip(*place_map(points, labels, width, height), labels, strict=True):
        cells[y][x] = MARK
        if box:
            _write(cells[y], int(box.left) + (box.left < x), printable(label))
    return "".join("".join(row).rstrip() + "\n" for row in cells)


def _write(row: list[str], column: int, text: str) -> None:
    """Put `text` into the cells from `column` on; characters without width join the one before them."""
    for character in text:
        size = columns_of(character)
        if size == 0:
            row[max(column - 1, 0)] += character
            continue
        row[column] = character
        row[column + 1 : column + size] = [""] * (size - 1)
        column += size


def draw_curves(
    curves: Mapping[str, Sequence[float]],
    width: int = 80,
    height: int = 24,
    axes: Axes = UNNAMED,
    dashed: Container[str] = (),
) -> str:
    """Curves over the first number of `axes`, the next, …: each its letter, the scale on the left.

    There are `height` lines in all. A dashed curve has a mark in every other column.
    """
    first = axes.first
    values = [value for curve in curves.values() for value in curve]
    low, high, longest = min(values), max(values), max(map(len, curves.values()))
    columns, rows = width - _SCALE, max(height - 2 - bool(axes.up) - len(curves), 5)

    def row_of(value: float) -> int:
        return round((high - value) / ((high - low) or 1) * (rows - 1))

    cells = [[" "] * columns for _ in range(rows)]
    for letter, (name, curve) in zip(cycle(ascii_letters), curves.items(), strict=False):
        for x in range(0, columns, 2 if name in dashed else 1):
            step = x / (columns - 1) * (longest - 1)
            if step <= len(curve) - 1:
                cells[row_of(_between(curve, step))][x] = letter
    scale = {row_of(value): f"{value:.6g}" for value in ticks(low, high, max(rows // 3, 2))}
    lines = [
        f"{scale.get(number, ''):>{_SCALE - 1}}│{''.join(row)}".rstrip() for number, row in enumerate(cells)
    ]
    lines.append(" " * (_SCALE - 1) + "└" + "─" * columns)
    last = str(first + longest - 1) if longest > 1 else ""
    between = columns - len(str(first)) - len(last)
    named = axes.across.center(between) if len(axes.across) + 2 <= between else " " * between
    lines.append((" " * _SCALE + str(first) + named + last).rstrip())
    lines = [axes.up, *lines] if axes.up else lines
    legend = [
        f"{letter}  {printable(name)}" for letter, name in zip(cycle(ascii_letters), curves, strict=False)
    ]
    return "".join(f"{line}\n" for line in [*lines, *legend])


def draw_heat_map(heat_map: HeatMap) -> str:
    """A line for each column, a character for each row: the fuller, the larger; dots are below zero."""
    names = [printable(name) for name in heat_map.columns]
    broadest = max(map(columns_of, names))
    lines = [
        f"{name}{' ' * (broadest - columns_of(name))}  {''.join(map(heat_map.shade, column))}"
        for name, column in zip(names, zip(*heat_map.values, strict=True), strict=True)
    ]
    return "".join(f"{line.rstrip()}\n" for line in [*lines, heat_map.scale])


def _between(curve: Sequence[float], step: float) -> float:
    """The value of `curve` at `step`, which may lie between two of its points."""
    before = int(step)
    after = min(before + 1, len(curve) - 1)
    return curve[before] + (curve[after] - curve[before]) * (step - before)
