"""Figures as PNG, by matplotlib."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cli.drawing.canvas import printable
from cli.drawing.page import COLOURS, FONT_SIZE, HEIGHT, INK, PALE, WIDTH, place_map
from nlp.errors import NlpError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.drawing.canvas import Point

_DOTS_PER_INCH = 200  # twice the pixels of the page: sharp on every screen
_PIXEL = 100  # pixels of the page in an inch
_POINTS = 72 / _PIXEL  # typographic points in a pixel of the page
_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
)


def draw_map(points: Sequence[Point], labels: Sequence[str], title: str) -> bytes:
    """Labelled points, placed as in SVG. Raises: NlpError where matplotlib is not installed.

    Warns: UserWarning where no font has a character.
    """
    figure = _figure(title)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.set_axis_off()
    places, boxes = place_map(points, labels)
    axes.scatter([x for x, _ in places], [y for _, y in places], s=25, color=COLOURS[0], alpha=0.75, lw=0)
    for label, box in zip(labels, boxes, strict=True):
        if box:
            shown = printable(label)
            axes.text(box.left, box.bottom - 4, shown, size=FONT_SIZE * _POINTS, color=INK, parse_math=False)
    return _png(figure)


def draw_curves(curves: dict[str, Sequence[float]], title: str, first: int = 1) -> bytes:
    """Curves over `first`, `first` + 1, …. Raises: NlpError where matplotlib is not installed."""
    figure = _figure(title)
    axes = figure.add_axes((0.075, 0.065, 0.875, 0.86))
    lines: list[Any] = []
    for number, curve in enumerate(curves.values()):
        colour = COLOURS[number % len(COLOURS)]
        lines += axes.plot(range(first, first + len(curve)), curve, color=colour, lw=1.5)
        axes.plot(first + len(curve) - 1, curve[-1], "o", ms=5, color=colour)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=PALE)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)
    names = list(map(printable, curves))
    legend = axes.legend(
        lines, names, frameon=False, labelcolor="linecolor", handlelength=0, loc="upper right"
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return _png(figure)


def _figure(title: str) -> Any:
    """A white page with its title, made without pyplot and its global state."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NlpError("PNG needs matplotlib; pip install 'nlptool[plot]', or write .svg or .html") from error
    figure = Figure(figsize=(WIDTH / _PIXEL, HEIGHT / _PIXEL), dpi=_DOTS_PER_INCH)
    figure.suptitle(title, size=(FONT_SIZE + 3) * _POINTS, weight="bold", color=INK, y=1 - 14 / HEIGHT)
    return figure


def _png(figure: Any) -> bytes:
    """The file's bytes, without the note on the software that made it: same figure, same bytes."""
    import matplotlib as mpl
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    written = BytesIO()
    with (
        mpl.rc_context({"font.family": [font for font in _FONTS if font in installed]}),
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always")
        figure.savefig(written, format="png", metadata={"Software": None})
    if any("missing from font" in str(one.message) for one in told):
        message = "no font here has some of the characters; install Noto Sans CJK, or write .svg or .html"
        warnings.warn(message, stacklevel=3)
    return written.getvalue()
