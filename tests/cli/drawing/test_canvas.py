"""Geometry: points fill the frame, boxes keep apart, text is as wide as a terminal draws it."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.drawing.canvas import Box, Point, place_labels, printable, scaled, ticks

coordinates = st.floats(-500, 500)
points = st.lists(st.tuples(coordinates, coordinates), max_size=40)
FRAME = Box(0, 0, 300, 200)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (Box(1, 1, 2, 2), True),
        (Box(-1, -1, 1, 1), True),
        (Box(0, 0, 4, 4), True),
        (Box(4, 0, 8, 4), False),
        (Box(0, -4, 4, 0), False),
        (Box(5, 5, 6, 6), False),
    ],
)
def test_boxes_that_only_touch_do_not_overlap(other: Box, overlaps: bool) -> None:
    box = Box(0, 0, 4, 4)
    assert (box.overlaps(other), other.overlaps(box)) == (overlaps, overlaps)


@given(points=points.filter(len))
def test_scaled_points_reach_every_edge_and_keep_their_order(points: list[Point]) -> None:
    places = scaled(points, FRAME)
    for axis, (start, end) in enumerate([(FRAME.left, FRAME.right), (FRAME.bottom, FRAME.top)]):
        values, found = [point[axis] for point in points], [place[axis] for place in places]
        if max(values) == min(values):
            assert set(found) == {(start + end) / 2}
            continue
        assert found[values.index(min(values))] == pytest.approx(start)
        assert found[values.index(max(values))] == pytest.approx(end)
        ranked = [place for _, place in sorted(zip(values, found, strict=True))]
        assert ranked == sorted(ranked, reverse=start > end)


def test_no_point_has_no_place() -> None:
    assert scaled([], FRAME) == []
    assert place_labels([], lambda *_: [], FRAME, []) == []


@given(points=points, size=st.tuples(st.integers(1, 150), st.integers(1, 40)))
def test_labels_are_the_first_free_candidates(points: list[Point], size: tuple[int, int]) -> None:
    """Brute force over all boxes, where the grid of cells looks at few."""
    marks = [Box(x - 2, y - 2, x + 2, y + 2) for x, y in points]

    def candidates(_: int, point: Point) -> list[Box]:
        (x, y), (width, height) = point, size
        return [Box(left, y, left + width, y + height) for left in (x + 2, x - 2 - width)]

    taken = list(marks)
    for number, found in enumerate(place_labels(points, candidates, FRAME, marks)):
        free = [
            box
            for box in candidates(number, points[number])
            if box.inside(FRAME) and not any(box.overlaps(other) for other in taken)
        ]
        assert found == next(iter(free), None)
        taken += [found] if found else []
    assert not any(a.overlaps(b) for a, b in combinations(taken[len(marks) :], 2))


@given(low=st.floats(-1e3, 1e3), extent=st.floats(1e-3, 1e3), most=st.integers(1, 12))
def test_ticks_are_few_even_and_inside(low: float, extent: float, most: int) -> None:
    high = low + extent
    found = ticks(low, high, most)
    assert len(found) <= most + 1
    slack = 1e-9 * (abs(low) + extent)
    assert all(low - slack <= tick <= high + slack for tick in found)
    steps = {f"{after - before:.3g}" for before, after in pairwise(found)}
    assert len(steps) <= 1


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (2.3, 3.4, 4, [2.5, 3]),
        (1, 20, 10, range(2, 21, 2)),
        (7, 7, 3, [7]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    assert ticks(low, high, most) == pytest.approx(list(expected))


def test_what_would_steer_a_terminal_is_replaced() -> None:
    assert (
        printable('a\x1b[31m\x00\n\x85\ufffe\ud800<b>&"国')
        == 'a\ufffd[31m\ufffd\ufffd\ufffd\ufffd\ufffd<b>&"国'
    )
