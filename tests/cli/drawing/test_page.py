"""The layout of a map: labels beside their marks, on the page, never over one another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cli.drawing.canvas import Box
from cli.drawing.page import COLOURS, HEIGHT, WIDTH, aligned, colours_of, place_map, width_of

SQUARE = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]


@pytest.mark.parametrize(("number", "fewest"), [(60, 58), (600, 150)])
def test_labels_keep_apart(number: int, fewest: int) -> None:
    points = [(float(x), float(y)) for x, y in np.random.default_rng(0).uniform(size=(number, 2))]
    places, boxes = place_map(points, [f"word{n}" for n in range(number)])
    placed = [box for box in boxes if box]
    assert len(placed) >= fewest
    assert not any(a.overlaps(b) for a, b in combinations(placed, 2))
    assert all(box.inside(Box(0, 0, WIDTH, HEIGHT)) for box in placed)
    for (x, y), box in zip(places, boxes, strict=True):
        near = box is None or Box(x - 12, y - 12, x + 12, y + 12).overlaps(box)
        assert near


@pytest.mark.parametrize("label", ["a", "国王", "an incomprehensible one", "W" * 20])
def test_the_corners_have_labels(label: str) -> None:
    assert all(place_map(SQUARE, [label] * 4)[1])


def test_no_points_and_one() -> None:
    assert place_map([], []) == ([], [])
    ((x, y),), (box,) = place_map([(3.0, 3.0)], ["one"])
    assert (0 < x < WIDTH, 0 < y < HEIGHT, box is not None) == (True, True, True)


def test_a_label_wider_than_the_page_is_left_out() -> None:
    assert place_map([(0.0, 0.0)], ["m" * 200])[1] == [None]


@pytest.mark.parametrize(("narrow", "wide"), [("ill", "abc"), ("abc", "ABC"), ("abc", "www"), ("ab", "国王")])
def test_widths_differ_by_letter(narrow: str, wide: str) -> None:
    assert width_of(narrow) < width_of(wide)


@pytest.mark.parametrize(
    ("box", "fastened"),
    [
        (Box(56, 43, 90, 58), (56, "start")),
        (Box(10, 43, 44, 58), (44, "end")),
        (Box(30, 30, 70, 45), (50, "middle")),
        (Box(54, 33, 88, 48), (54, "start")),
        (Box(12, 33, 46, 48), (46, "end")),
    ],
    ids=["right", "left", "over", "right corner", "left corner"],
)
def test_a_label_is_fastened_where_it_meets_its_mark(box: Box, fastened: tuple[float, str]) -> None:
    """Its width is a guess, no less than the truth: what is left over belongs to the far end."""
    assert aligned(box, (50.0, 50.0)) == fastened


def test_a_dozen_curves_have_colours_of_their_own_and_held_out_ones_that_of_their_model() -> None:
    assert len({*colours_of(map(str, range(12)), ())}) == 12 == len(COLOURS)
    assert [*colours_of(["a", "a, held out", "b"], {"a, held out"})] == [COLOURS[0], COLOURS[0], COLOURS[1]]
