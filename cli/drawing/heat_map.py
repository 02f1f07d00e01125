"""A heat map: a table of numbers as colours, blue above zero and red below, or as shades of text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from cli.drawing.canvas import Box
from cli.drawing.page import FONT_SIZE, HEIGHT, WIDTH, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES = (1.0, 0.5, 0.0, -0.5, -1.0)
"""Which shares of the limit the legend tells."""
_ABOVE, _BELOW = " ░▒▓█", " ·•●◉"
_BLUE, _RED = (27, 84, 150), (178, 52, 36)
_TOP, _RIGHT, _LONGEST = 48, 100, 160  # pixels: above the cells, for the legend, and of a name at most


@dataclass(frozen=True)
class HeatMap:
    """Numbers to draw.

    Attributes: `values`, a list for each row; the names of `rows` and `columns`.
    """

    values: Sequence[Sequence[float]]
    rows: Sequence[str]
    columns: Sequence[str]

    @cached_property
    def limit(self) -> float:
        """The number that has the full colour, and its negative: 1, or the largest if that is larger."""
        return max(1.0, *(abs(value) for row in self.values for value in row))

    def colour(self, value: float) -> str:
        """White for 0, towards blue above and towards red below."""
        share = min(abs(value) / self.limit, 1.0)
        parts = (round(255 + share * (part - 255)) for part in (_BLUE if value >= 0 else _RED))
        return "#{:02x}{:02x}{:02x}".format(*parts)

    def shade(self, value: float) -> str:
        """The character for a number."""
        shades = _ABOVE if value >= 0 else _BELOW
        return shades[round(min(abs(value) / self.limit, 1.0) * (len(shades) - 1))]

    @property
    def scale(self) -> str:
        """What the characters mean, in a line."""
        ends = f"{self.limit:.3g}"
        return f"{_ABOVE[1:]} to {ends}, {_BELOW[1:]} to -{ends}"

    @staticmethod
    def step(pixels: float) -> int:
        """Every which name is shown, where one cell has so many pixels for it."""
        return ceil((FONT_SIZE + 1) / pixels)


def heat_frame(heat_map: HeatMap) -> Box:
    """Where the cells are on the page: left and below them there is room for names, right for the legend."""
    left = 24 + min(max(map(width_of, heat_map.rows)), _LONGEST)
    below = 24 + min(max(map(width_of, heat_map.columns)), _LONGEST)
    return Box(left, _TOP, WIDTH - _RIGHT, HEIGHT - below)
