"""Figures as text, for a terminal or a log."""

from __future__ import annotations

from itertools import cycle
from string import ascii_letters
from typing import TYPE_CHECKING

from cli.drawing.canvas import Box, columns_of, place_labels, printable, scaled, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.drawing.canvas import Point

MARK = "•"
_SCALE = 9  # columns for the scale, left of the axis


def draw_map(points: Sequence[Point], labels: Sequence[str], width: int = 80, height: int = 24) -> str:
    """Labelled points; where labels would cover one another, only the mark is left."""
    places = [(round(x), round(y)) for x, y in scaled(points, Box(0, 0, width - 1, height - 1))]
    marks = [Box(x, y, x + 1, y + 1) for x, y in places]
    texts = [printable(label) for label in labels]

    def candidates(number: int, point: Point) -> list[Box]:
        """After the mark or before it, with a blank at the far end that keeps labels apart."""
        x, y = point
        size = columns_of(texts[number]) + 1
        return [Box(x + 1, y, x + 1 + size, y + 1), Box(x - size, y, x, y + 1)]

    page = Box(-1, 0, width + 1, height)
    cells = [[" "] * width for _ in range(height)]
    boxes = place_labels(places, candidates, page, marks)
    for (x, y), text, box in zip(places, texts, boxes, strict=True):
        cells[y][x] = MARK
        if box:
            _write(cells[y], int(box.left) + (box.left < x), text)
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


def draw_curves(curves: dict[str, Sequence[float]], width: int = 80, height: int = 24, first: int = 1) -> str:
    """Curves over `first`, `first` + 1, …: each its letter, the scale on the left, `height` lines in all."""
    values = [value for curve in curves.values() for value in curve]
    low, high, longest = min(values), max(values), max(map(len, curves.values()))
    columns, rows = width - _SCALE, max(height - 2 - len(curves), 5)

    def row_of(value: float) -> int:
        return round((high - value) / ((high - low) or 1) * (rows - 1))

    cells = [[" "] * columns for _ in range(rows)]
    for letter, curve in zip(cycle(ascii_letters), curves.values(), strict=False):
        for x in range(columns):
            step = x / (columns - 1) * (longest - 1)
            if step <= len(curve) - 1:
                cells[row_of(_between(curve, step))][x] = letter
    scale = {row_of(value): f"{value:.6g}" for value in ticks(low, high, max(rows // 3, 2))}
    lines = [
        f"{scale.get(number, ''):>{_SCALE - 1}}│{''.join(row)}".rstrip() for number, row in enumerate(cells)
    ]
    lines.append(" " * (_SCALE - 1) + "└" + "─" * columns)
    last = f"{first + longest - 1:>{columns - len(str(first))}}"
    lines.append(" " * _SCALE + str(first) + last * (longest > 1))
    legend = [
        f"{letter}  {printable(name)}" for letter, name in zip(cycle(ascii_letters), curves, strict=False)
    ]
    return "".join(f"{line}\n" for line in [*lines, *legend])


def _between(curve: Sequence[float], step: float) -> float:
    """The value of `curve` at `step`, which may lie between two of its points."""
    before = int(step)
    after = min(before + 1, len(curve) - 1)
    return curve[before] + (curve[after] - curve[before]) * (step - before)
