"""PNG by matplotlib: the right size, the same bytes each time, ink where the points are."""

from __future__ import annotations

import importlib.util
import struct
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

from cli.drawing import png
from cli.drawing.canvas import Axes, FigureWarning
from cli.drawing.heat_map import HeatMap
from nlp.errors import NlpError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.drawing.canvas import Point

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="matplotlib, of the extra [plot], is not installed"
)
TRIANGLE: list[Point] = [(0, 0), (1, 0), (0.5, 1)]


def size_of(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@needs_matplotlib
def test_a_map_repeats_to_the_byte_and_shows_its_words() -> None:
    drawn = png.draw_map(TRIANGLE, ["$x^2", "_b", "<&"], "title")
    assert size_of(drawn) == (1920, 1440)
    assert png.draw_map(TRIANGLE, ["$x^2", "_b", "<&"], "title") == drawn
    assert png.draw_map(TRIANGLE, ["$x^2", "_b", "<"], "title") != drawn
    assert b"Software" not in drawn


@needs_matplotlib
@pytest.mark.parametrize("curves", [{"a": [1.0]}, {"_a": [3.0, 2.0], "$\\bad$": [2.0]}])
def test_curves(curves: dict[str, Sequence[float]]) -> None:
    drawn = png.draw_curves(curves, "title")
    assert size_of(drawn) == (1920, 1440)
    renamed = {f"{name}x": curve for name, curve in curves.items()}
    assert png.draw_curves(renamed, "title") != drawn, "every name is in the legend"


@needs_matplotlib
@pytest.mark.parametrize("number", [0, 1])
def test_few_points(number: int) -> None:
    assert size_of(png.draw_map(TRIANGLE[:number], ["x"] * number, "title")) == (1920, 1440)


@needs_matplotlib
def test_a_character_without_a_font_is_one_warning() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        png.draw_map(TRIANGLE, ["\U00103456", "\U00103457", "a"], "title")  # of private use
    ours = [one for one in told if issubclass(one.category, FigureWarning)]
    assert [str(one.message).split(";")[0] for one in ours] == [
        "no font here has some of the characters, \U00103456\U00103457"
    ]


@needs_matplotlib
def test_chinese_words_are_drawn_where_a_font_has_them() -> None:
    from matplotlib import font_manager

    if not set(png._FONTS[1:]) & set(font_manager.get_font_names()):
        pytest.skip("no font with Chinese characters is installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error", FigureWarning)
        one, other = (png.draw_map(TRIANGLE, list(words), "title") for words in ("国王女", "森河石"))
        names = png.draw_curves({"模型": [2.0, 1.0]}, "title"), png.draw_curves({"河流": [2.0, 1.0]}, "title")
    assert one != other
    assert names[0] != names[1]


@needs_matplotlib
def test_a_dashed_curve_is_another_picture() -> None:
    curves = {"a": [3.0, 2.0, 1.0], "a, held out": [3.5, 3.0, 3.25]}
    axes = Axes("epoch", "loss")
    plain, dashed, unnamed = (
        png.draw_curves(curves, "title"),
        png.draw_curves(curves, "title", axes, {"a, held out"}),
        png.draw_curves(curves, "title", axes),
    )
    assert len({plain, dashed, unnamed}) == 3


def test_an_absent_matplotlib_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NlpError, match=r"pip install matplotlib, or write \.svg or \.html"):
        png.draw_map(TRIANGLE, ["a"] * 3, "title")


@needs_matplotlib
def test_a_heat_map_repeats_to_the_byte_and_shows_its_numbers() -> None:
    first, other = (HeatMap([[value, -1.0]], ["$a"], ["_b", "c"]) for value in (0.5, 0.6))
    drawn = png.draw_heat_map(first, "title")
    assert size_of(drawn) == (1920, 1440)
    assert png.draw_heat_map(first, "title") == drawn
    assert png.draw_heat_map(other, "title") != drawn
