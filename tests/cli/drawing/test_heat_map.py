"""Numbers as colours and shades."""

from __future__ import annotations

import pytest

from cli.drawing.heat_map import HeatMap, heat_frame
from cli.drawing.page import HEIGHT, WIDTH

SMALL = HeatMap([[0.5, -1.0], [0.0, 0.25]], ["up", "down"], ["国王", "queen"])


def test_the_limit_is_one_or_the_largest_number() -> None:
    assert SMALL.limit == 1.0
    assert HeatMap([[0.5, -3.0]], ["a"], ["b", "c"]).limit == 3.0


@pytest.mark.parametrize(
    ("value", "colour"),
    [(0.0, "#ffffff"), (1.0, "#1b5496"), (-1.0, "#b23424"), (0.5, "#8daaca"), (9.0, "#1b5496")],
)
def test_colours_go_from_white_to_blue_or_red(value: float, colour: str) -> None:
    assert SMALL.colour(value) == colour


@pytest.mark.parametrize(
    ("value", "shade"), [(0, " "), (0.3, "░"), (0.5, "▒"), (1, "█"), (-0.25, "·"), (-1, "◉")]
)
def test_shades(value: float, shade: str) -> None:
    assert SMALL.shade(value) == shade


def test_names_are_shown_as_there_is_room() -> None:
    assert [SMALL.step(pixels) for pixels in (100, 14, 13.9, 5)] == [1, 1, 2, 3]


def test_cells_stand_on_the_page_whatever_the_names() -> None:
    frame = heat_frame(HeatMap([[0.0]], ["x" * 1000], ["国" * 1000]))
    assert 0 < frame.left < frame.right < WIDTH
    assert 0 < frame.top < frame.bottom < HEIGHT
