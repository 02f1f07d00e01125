"""PNG by matplotlib: the right size, the same bytes each time, ink where the points are."""

from __future__ import annotations

import importlib.util
import struct
import sys
import warnings
from typing import TYPE_CHECKING

import pytest

from cli.drawing import png
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
def test_a_character_without_a_font_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "_FONTS", ("DejaVu Sans",))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        png.draw_map(TRIANGLE, ["国", "王", "女"], "title")
    assert [str(one.message)[:35] for one in told] == ["no font here has some of the charac"]


def test_an_absent_matplotlib_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(NlpError, match=r"pip install 'nlptool\[plot\]', or write \.svg or \.html"):
        png.draw_map(TRIANGLE, ["a"] * 3, "title")
