"""Figures as text: within the lines and columns given, every label whole."""

from __future__ import annotations

import numpy as np
import pytest

from cli.drawing.canvas import Axes, Point
from cli.drawing.heat_map import HeatMap
from cli.drawing.terminal import MARK, draw_curves, draw_heat_map, draw_map
from nlp.text.columns import columns_of

SQUARE: list[Point] = [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_map() -> None:
    drawn = draw_map(SQUARE, ["sw", "nw", "se", "ne"], 16, 4)
    assert drawn == "•nw          ne•\n\n\n•sw          se•\n"


def test_wide_words_take_two_columns() -> None:
    drawn = draw_map(SQUARE, ["西南", "西北", "东南", "东北"], 16, 3)
    assert drawn == "•西北      东北•\n\n•西南      东南•\n"
    assert {columns_of(line) for line in drawn.splitlines()} == {0, 16}


def test_a_label_that_does_not_fit_is_left_out() -> None:
    assert (
        draw_map(SQUARE, ["a" * 13, "b" * 14, "c", "d" * 15], 16, 2) == "•              •\n•aaaaaaaaaaaaa •\n"
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_label_is_whole_or_absent(seed: int) -> None:
    points = [(float(x), float(y)) for x, y in np.random.default_rng(seed).uniform(size=(80, 2))]
    labels = [f"<{number}国>" for number in range(80)]
    drawn = draw_map(points, labels, 80, 24)
    lines = drawn.splitlines()
    assert len(lines) == 24
    assert all(columns_of(line) <= 80 for line in lines)
    found = [part for line in lines for part in line.replace(MARK, " ").split()]
    assert len(found) > 40
    assert set(found) <= set(labels)


@pytest.mark.parametrize(
    ("points", "labels", "expected"),
    [
        ([], [], "\n\n\n"),
        ([(5.0, 5.0)], ["one"], "\n    •one\n\n"),
        ([(5.0, 5.0)] * 2, ["one", "two"], "\n two•one\n\n"),
        ([(5.0, 5.0)], ["e\u0301\x1b"], "\n    •e\u0301\ufffd\n\n"),
    ],
)
def test_few_points(points: list[Point], labels: list[str], expected: str) -> None:
    assert draw_map(points, labels, 8, 3) == expected


def test_curves() -> None:
    drawn = draw_curves({"first": [4, 2, 0], "second": [4, 0]}, 20, 9)
    lines = drawn.splitlines()
    assert len(lines) == 9
    assert [line[:9] for line in lines[:5]] == [
        "       4│",
        "        │",
        "       2│",
        "        │",
        "       0│",
    ]
    rows = [line[9:] for line in lines[:5]]
    assert (rows[0][0], rows[4][5], rows[2][5], rows[4][10]) == ("b", "b", "a", "a")
    assert lines[5:] == ["        └───────────", "         1         3", "a  first", "b  second"]


def test_axes_have_names_and_a_held_out_curve_gaps() -> None:
    curves = {"one": [2.0, 2.0, 2.0], "one, held out": [1.0, 1.0, 1.0]}
    lines = draw_curves(curves, 30, 10, Axes("epoch", "loss"), {"one, held out"}).splitlines()
    assert len(lines) == 10
    assert lines[0] == "loss"
    assert lines[1] == "       2│" + "a" * 21
    assert [line for line in lines if line.startswith("       1│")] == ["       1│" + "b " * 10 + "b"]
    assert lines[-3].split() == ["1", "epoch", "3"]
    assert len(lines[-3]) == 30


def test_curves_may_start_at_another_number() -> None:
    assert draw_curves({"x": [2, 1, 0]}, 20, 9, Axes(first=0)).splitlines()[-2] == "         0         2"


@pytest.mark.parametrize("curve", [[2.0], [2.0, 2.0], [0.0] * 300])
def test_flat_and_short_curves(curve: list[float]) -> None:
    lines = draw_curves({"x": curve}, 40, 10).splitlines()
    assert len(lines) == 10
    assert lines[0].startswith(f"{curve[0]:>8.6g}│a")
    assert max(map(len, lines)) <= 40


def test_more_curves_than_letters_go_round() -> None:
    assert draw_curves({f"m{n}": [1.0, n] for n in range(53)}, 40, 24).splitlines()[-1] == "a  m52"


def test_a_heat_map_has_a_line_for_each_column() -> None:
    heat_map = HeatMap([[0.5, -1.0], [0.0, 0.25]], ["1", "2"], ["国王", "a\x1b"])
    assert draw_heat_map(heat_map) == "国王  ▒\na\ufffd    ◉░\n░▒▓█ to 1, ·•●◉ to -1\n"
