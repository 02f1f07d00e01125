"""Figures as PNG, by matplotlib."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cli.drawing.canvas import UNNAMED, Axes, FigureWarning, printable
from cli.drawing.heat_map import heat_frame
from cli.drawing.page import (
    COLOURS,
    FONT_SIZE,
    HEIGHT,
    INK,
    PALE,
    WIDTH,
    aligned,
    colours_of,
    legend_width,
    place_map,
    shortened,
)
from nlp.errors import NlpError
from nlp.wording import to_install

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from cli.drawing.canvas import Point
    from cli.drawing.heat_map import HeatMap

_DOTS_PER_INCH = 200  # twice the pixels of the page: sharp on every screen
_PIXEL = 100  # pixels of the page in an inch
_POINTS = 72 / _PIXEL  # typographic points in a pixel of the page
_ALIGNMENTS = {"start": "left", "middle": "center", "end": "right"}
_MISSING = re.compile(r"Glyph (\d+) .*missing from font")
_SHOWN = 10  # characters that a message names
_FIRST_CJK = "\u2e80"
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

    Warns: FigureWarning where no font has a character.
    """
    with _fonts("".join(labels)):
        return _png(_map(points, labels, title))


def _map(points: Sequence[Point], labels: Sequence[str], title: str) -> Any:
    figure = _figure(title)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.set_axis_off()
    places, boxes = place_map(points, labels)
    axes.scatter([x for x, _ in places], [y for _, y in places], s=25, color=COLOURS[0], alpha=0.75, lw=0)
    for label, place, box in zip(labels, places, boxes, strict=True):
        if box:
            x, part = aligned(box, place)
            axes.text(
                x,
                box.bottom - 4,
                printable(label),
                size=FONT_SIZE * _POINTS,
                color=INK,
                parse_math=False,
                ha=_ALIGNMENTS[part],
            )
    return figure


def draw_curves(
    curves: Mapping[str, Sequence[float]], title: str, axes: Axes = UNNAMED, dashed: Container[str] = ()
) -> bytes:
    """Curves over the first number of `axes`, the next, …, with a legend on their right.

    Raises: NlpError where matplotlib is not installed
    Warns:  FigureWarning where no font has a character
    """
    with _fonts("".join(curves)):
        return _png(_curves(curves, title, axes, dashed))


def _curves(curves: Mapping[str, Sequence[float]], title: str, named: Axes, dashed: Container[str]) -> Any:
    figure = _figure(title)
    legend_starts = 1 - legend_width(curves) / WIDTH
    axes = figure.add_axes((0.09, 0.085, legend_starts - 0.115, 0.84))
    lines: list[Any] = []
    for (name, curve), colour in zip(curves.items(), colours_of(curves, dashed), strict=True):
        style, last = "--" if name in dashed else "-", named.first + len(curve) - 1
        lines += axes.plot(range(named.first, last + 1), curve, style, color=colour, lw=1.5)
        axes.plot(last, curve[-1], "o", ms=5, color=colour)
    axes.set_xlabel(printable(named.across), color=INK, parse_math=False)
    axes.set_ylabel(printable(named.up), color=INK, parse_math=False)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=PALE)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)
    names = [printable(shortened(name)) for name in curves]
    legend = figure.legend(
        lines,
        names,
        frameon=False,
        labelcolor="linecolor",
        loc="upper left",
        borderpad=0,
        bbox_to_anchor=(legend_starts, 0.925),
        fontsize=FONT_SIZE * _POINTS,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return figure


def draw_heat_map(heat_map: HeatMap, title: str) -> bytes:
    """A cell for each number, in its colour; rows and columns are named.

    Raises: NlpError where matplotlib is not installed
    Warns:  FigureWarning where no font has a character
    """
    with _fonts("".join([*heat_map.rows, *heat_map.columns])):
        return _png(_heat_map(heat_map, title))


def _heat_map(heat_map: HeatMap, title: str) -> Any:
    from matplotlib.colors import ListedColormap

    figure, frame = _figure(title), heat_frame(heat_map)
    width, height = (frame.right - frame.left) / WIDTH, (frame.bottom - frame.top) / HEIGHT
    axes = figure.add_axes((frame.left / WIDTH, 1 - frame.bottom / HEIGHT, width, height))
    colours = ListedColormap([heat_map.colour(heat_map.limit * (share - 128) / 128) for share in range(257)])
    limits = {"vmin": -heat_map.limit, "vmax": heat_map.limit}
    drawn = axes.imshow(heat_map.values, cmap=colours, aspect="auto", interpolation="nearest", **limits)
    for axis, names, room in (
        (axes.yaxis, heat_map.rows, frame.bottom - frame.top),
        (axes.xaxis, heat_map.columns, frame.right - frame.left),
    ):
        shown = range(0, len(names), heat_map.step(room / len(names)))
        axis.set_ticks(list(shown))
        axis.set_ticklabels([printable(names[number]) for number in shown], parse_math=False)
    axes.tick_params(length=0, labelcolor=INK, labelsize=FONT_SIZE * _POINTS)
    axes.tick_params(axis="x", labelrotation=60)
    axes.spines[:].set_visible(False)
    figure.colorbar(drawn, cax=figure.add_axes((frame.right / WIDTH + 0.02, 0.62, 0.02, 0.3)))
    return figure


def _missing() -> NlpError:
    return NlpError(f"PNG needs matplotlib; {to_install('matplotlib')}, or write .svg or .html")


def _figure(title: str) -> Any:
    """A white page with its title, made without pyplot and its global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _PIXEL, HEIGHT / _PIXEL), dpi=_DOTS_PER_INCH)
    figure.suptitle(title, size=(FONT_SIZE + 3) * _POINTS, weight="bold", color=INK, y=1 - 14 / HEIGHT)
    return figure


@contextmanager
def _fonts(text: str) -> Iterator[None]:
    """Take the fonts that are installed, those with Chinese characters among them.

    A text takes its font when it is made and not when the picture is saved, so all drawing belongs inside.
    Where `text` has characters that no font known to matplotlib is likely to have, look for fonts anew: it
    keeps a list, which may be older than they are.
    """
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
    except ImportError as error:
        raise _missing() from error
    known = set(font_manager.get_font_names())
    if max(text, default="") >= _FIRST_CJK and not known.intersection(_FONTS[1:]):
        listed = {font.fname for font in font_manager.fontManager.ttflist}
        for path in font_manager.findSystemFonts():
            if path not in listed:
                with suppress(Exception):  # whatever is wrong with a font, there are others
                    font_manager.fontManager.addfont(path)
        known = set(font_manager.get_font_names())
    with mpl.rc_context({"font.family": [font for font in _FONTS if font in known]}):
        yield


def _png(figure: Any) -> bytes:
    """The file's bytes, without the note on the software that made it: same figure, same bytes."""
    written = BytesIO()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        figure.savefig(written, format="png", metadata={"Software": None})
    found = [_MISSING.match(str(one.message)) for one in told]
    if missing := sorted({chr(int(one[1])) for one in found if one}):
        shown = "".join(missing[:_SHOWN]) + ("…" if len(missing) > _SHOWN else "")
        what = "Noto Sans CJK" if missing[-1] >= _FIRST_CJK else "one that has"
        message = f"no font here has some of the characters, {shown}; install {what}, or write .svg or .html"
        warnings.warn(message, FigureWarning, stacklevel=3)
    return written.getvalue()
