"""SVG and HTML: well-formed whatever the words are, every point and curve there."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.drawing.canvas import Axes, Point, printable
from cli.drawing.heat_map import HeatMap
from cli.drawing.svg import as_html, draw_curves, draw_heat_map, draw_map

NAMESPACE = "{http://www.w3.org/2000/svg}"
TRIANGLE: list[Point] = [(0, 0), (1, 0), (0.5, 1)]


def parsed(svg: str) -> ET.Element:
    root = ET.fromstring(svg)  # noqa: S314  our own text
    assert root.tag == f"{NAMESPACE}svg"
    return root


def texts(root: ET.Element, path: str) -> list[str]:
    return ["".join(element.itertext()) for element in root.findall(path.replace("/", f"/{NAMESPACE}"))]


@pytest.mark.parametrize(
    "labels", [['<b>&"', "'</text>", "]]>"], ["国王", "é", "👑"], ["\x00\x1b", "\ud800", "\ufffe"]]
)
def test_any_word_is_a_label(labels: list[str]) -> None:
    root = parsed(draw_map(TRIANGLE, labels, "<title> & more"))
    shown = list(map(printable, labels))
    assert texts(root, "./circle/title") == shown
    assert texts(root, "./text") == ["<title> & more", *shown]
    assert texts(root, "./title") == ["<title> & more"]


@given(labels=st.lists(st.text(max_size=5), min_size=3, max_size=3))
def test_the_xml_is_well_formed(labels: list[str]) -> None:
    assert len(texts(parsed(draw_map(TRIANGLE, labels, labels[0])), "./circle")) == 3


@pytest.mark.parametrize("number", [0, 1, 2])
def test_few_points(number: int) -> None:
    root = parsed(draw_map([(1.0, 1.0)] * number, ["x"] * number, "t"))
    assert texts(root, "./circle/title") == ["x"] * number


def test_a_label_without_room_is_in_the_tooltip() -> None:
    root = parsed(draw_map([(0.0, 0.0)] * 20, [f"word{n}" for n in range(20)], "t"))
    assert len(texts(root, "./circle/title")) == 20
    assert 0 < len(texts(root, "./text")) < 20


def test_curves_fall_from_top_to_bottom() -> None:
    root = parsed(draw_curves({"<a>": [3.0, 2.0, 1.0], "b": [2.0]}, "Loss"))
    (first, second) = root.findall(f"{NAMESPACE}polyline")
    xs, ys = zip(*(map(float, pair.split(",")) for pair in first.attrib["points"].split()), strict=True)
    assert (list(xs), list(ys)) == (sorted(xs), sorted(ys))
    assert second.attrib["points"] == f"{xs[0]},{ys[1]}"
    assert len({first.attrib["stroke"], second.attrib["stroke"]}) == 2
    assert texts(root, "./text")[-2:] == ["<a>", "b"]
    assert {"1", "2", "3", "1.5"} <= set(texts(root, "./text"))


def test_held_out_curves_are_dashed_in_the_colour_of_their_model_and_no_name_covers_a_curve() -> None:
    curves = {"one": [3.0, 1.0], "one, held out": [3.0, 2.0], "x" * 300: [2.5, 2.0]}
    root = parsed(draw_curves(curves, "t", Axes("epoch", "loss"), {"one, held out"}))
    lines = root.findall(f"{NAMESPACE}polyline")
    assert [line.attrib.get("stroke-dasharray") for line in lines] == [None, "7 4", None]
    assert lines[0].attrib["stroke"] == lines[1].attrib["stroke"] != lines[2].attrib["stroke"]
    right = max(float(pair.split(",")[0]) for line in lines for pair in line.attrib["points"].split())
    named = [one for one in root.findall(f"{NAMESPACE}text") if "fill" in one.attrib.get("style", "")]
    assert [one.text for one in named][:2] == ["one", "one, held out"]
    assert str(named[2].text).startswith("…xxx")
    assert min(float(one.attrib["x"]) for one in named) > right
    assert {"epoch", "loss"} <= set(texts(root, "./text"))


def test_curves_may_start_at_another_number() -> None:
    one, zero = (parsed(draw_curves({"x": [5.0, 4.0, 3.5]}, "t", Axes(first=first))) for first in (1, 0))
    lines = [root.findall(f"{NAMESPACE}polyline")[0].attrib["points"] for root in (one, zero)]
    assert lines[0] == lines[1]
    assert {"0", "1", "2"} <= set(texts(zero, "./text"))


@pytest.mark.parametrize("curve", [[2.0], [2.0, 2.0]])
def test_flat_and_short_curves(curve: list[float]) -> None:
    root = parsed(draw_curves({"x": curve}, "t"))
    assert [len(line.attrib["points"].split()) for line in root.findall(f"{NAMESPACE}polyline")] == [
        len(curve)
    ]
    assert len(root.findall(f"{NAMESPACE}circle")) == 1


def test_html_holds_the_figure() -> None:
    svg = draw_map(TRIANGLE, ["a", "b", "c"], "<t>")
    page = as_html(svg, "<t>")
    assert svg in page
    assert page.startswith('<!doctype html><html lang="en"><meta charset="utf-8"><title>&lt;t&gt;</title>')
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "it loads nothing"


def test_a_heat_map_has_a_cell_for_each_number() -> None:
    heat_map = HeatMap([[0.5, -1.0], [0.0, 0.25]], ["<up>", "down"], ["国王", "&"])
    root = parsed(draw_heat_map(heat_map, "title"))
    cells = [cell for cell in root.iter(f"{NAMESPACE}rect") if cell.get("class") == "cell"]
    assert [cell.get("fill") for cell in cells] == [
        heat_map.colour(value) for value in (0.5, -1.0, 0.0, 0.25)
    ]
    assert texts(root, "./rect/title") == ["国王, <up>: 0.5", "&, <up>: -1", "国王, down: 0", "&, down: 0.25"]
    assert {"<up>", "down", "国王", "&", "0.5", "-1"} <= set(texts(root, "./text"))


def test_names_of_many_rows_are_thinned_out() -> None:
    heat_map = HeatMap([[0.0]] * 200, list(map(str, range(200))), ["x"])
    assert len(texts(parsed(draw_heat_map(heat_map, "title")), "./text")) < 120
