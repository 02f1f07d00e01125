"""The page that figures in SVG and PNG share: its size, its colours, and where the labels of a map go."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from cli.drawing.canvas import Box, place_labels, scaled
from nlp.text.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from cli.drawing.canvas import Point

WIDTH, HEIGHT, MARGIN = 960, 720, 48
FONT_SIZE = 13
RADIUS = 3.5
COLOURS = (
    *("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#2f4858"),
    *("#1fa29a", "#d6408a", "#85b53a", "#7a4a2e", "#6c8cff", "#8a8a8a"),
)
INK, PALE = "#222", "#ddd"

_TITLE_HEIGHT = 40
_LINE = FONT_SIZE + 2
_SAMPLE = 34  # of the legend: a piece of the curve's line, and the gap behind it
_NARROW, _BROAD = frozenset("fijlrtI.,;:'!|()[]"), frozenset("mwMW@%")


def place_map(points: Sequence[Point], labels: Sequence[str]) -> tuple[list[Point], list[Box | None]]:
    """Where the marks go, and the boxes of their labels; None for a label that finds no free place."""
    frame = Box(4, _TITLE_HEIGHT, WIDTH - 4, HEIGHT - 4)
    places = scaled(points, Box(MARGIN, _TITLE_HEIGHT + MARGIN / 2, WIDTH - 2 * MARGIN, HEIGHT - MARGIN / 2))
    marks = [Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in places]

    def candidates(number: int, point: Point) -> list[Box]:
        """Right and left of the mark, over and under it, then at its corners."""
        x, y = point
        width = width_of(labels[number])
        right, left, centre = x + 6, x - 6 - width, x - width / 2
        middle, over, under = y - _LINE / 2, y - 5 - _LINE, y + 5
        corners = [(right, middle), (left, middle), (centre, over), (centre, under)]
        corners += [
            (right - 2, over + 3),
            (right - 2, under - 3),
            (left + 2, over + 3),
            (left + 2, under - 3),
        ]
        return [Box(start, top, start + width, top + _LINE) for start, top in corners]

    return places, place_labels(places, candidates, frame, marks)


def aligned(box: Box, mark: Point) -> tuple[float, str]:
    """Where a label is fastened, and which part of it: what is next to its mark, since a width is a guess."""
    x, _ = mark
    if box.left < x < box.right and abs(box.left + box.right - 2 * x) < 1:
        return x, "middle"
    return (box.right, "end") if box.right - x < x - box.left else (box.left, "start")


def legend_width(names: Iterable[str]) -> float:
    """How much of the page's width, in pixels, the legend right of the curves takes."""
    return min(max(map(width_of, names), default=0) + _SAMPLE + 16, WIDTH * 0.45)


def shortened(name: str) -> str:
    """A name of the legend as far as there is room for it: the end of a long one, which tells more."""
    room = legend_width([name]) - _SAMPLE - 16
    while width_of(name) > room + 1e-6:
        name = f"…{name.removeprefix('…')[1:]}"
    return name


def colours_of(names: Iterable[str], dashed: Container[str]) -> Iterator[str]:
    """The colour of each curve; a dashed one has that of the curve before it."""
    number = -1
    for name in names:
        number += number < 0 or name not in dashed
        yield COLOURS[number % len(COLOURS)]


def width_of(text: str) -> float:
    """About how wide `text` is, in pixels; no less than in DejaVu Sans, which is a broad font."""
    return FONT_SIZE * sum(map(_ems, text))


def _ems(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _BROAD or east_asian_width(character) in "WF":
        return 1.0
    return (0.8 if character.isupper() else 0.64) * columns_of(character)
