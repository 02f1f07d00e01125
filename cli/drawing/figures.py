"""A figure in the form that its file's ending asks for."""

from __future__ import annotations

import shutil
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.drawing import page, svg, terminal
from cli.drawing.canvas import FigureWarning
from cli.io.streams import ending_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from cli.console import Console
    from cli.drawing.canvas import Axes, Point
    from cli.drawing.heat_map import HeatMap

MAP_TITLE = "Word vectors: similar words lie together"
LOSSES_TITLE = "Mean loss of each epoch"

FIGURES = (".svg", ".html", ".png")
_OF_OTHER_TOOLS = frozenset(
    [".pdf", ".ps", ".eps", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp"]
)


def draw_map(path: str | None, words: Sequence[str], points: Sequence[Point]) -> bytes:
    """A labelled map in the format that the ending of `path` names, else as text."""
    ending = figure_ending(path)
    if ending == ".png":
        from cli.drawing import png

        return png.draw_map(points, words, MAP_TITLE)
    if ending in {".svg", ".html"}:
        figure = svg.draw_map(points, words, MAP_TITLE)
        return (svg.as_html(figure, MAP_TITLE) if ending == ".html" else figure).encode()
    return terminal.draw_map(points, words, *_terminal_size()).encode()


def unlabelled(path: str | None, words: Sequence[str], points: Sequence[Point]) -> list[str]:
    """The words whose labels find no room on the map that `draw_map` draws."""
    if figure_ending(path) in FIGURES:
        boxes = page.place_map(points, words)[1]
    else:
        boxes = terminal.place_map(points, words, *_terminal_size())[1]
    return [word for word, box in zip(words, boxes, strict=True) if not box]


@contextmanager
def warning(console: Console) -> Iterator[None]:
    """Tell the warnings of these drawers, and none of the libraries that they use: no user can mend those."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", FigureWarning)
        yield
    for one in told:
        if isinstance(one.message, FigureWarning):
            console.warn(str(one.message))


def draw_curves(
    path: str | None,
    curves: Mapping[str, Sequence[float]],
    title: str,
    axes: Axes,
    dashed: Container[str] = (),
) -> bytes:
    """Curves in the format that the ending of `path` names, else as text."""
    ending = figure_ending(path)
    if ending == ".png":
        from cli.drawing import png

        return png.draw_curves(curves, title, axes, dashed)
    if ending in {".svg", ".html"}:
        figure = svg.draw_curves(curves, title, axes, dashed)
        return (svg.as_html(figure, title) if ending == ".html" else figure).encode()
    return terminal.draw_curves(curves, *_terminal_size(), axes, dashed).encode()


def draw_heat_map(path: str | None, heat_map: HeatMap, title: str) -> bytes:
    """Numbers as colours in the format that the ending of `path` names, else as text."""
    ending = figure_ending(path)
    if ending == ".png":
        from cli.drawing import png

        return png.draw_heat_map(heat_map, title)
    if ending in {".svg", ".html"}:
        figure = svg.draw_heat_map(heat_map, title)
        return (svg.as_html(figure, title) if ending == ".html" else figure).encode()
    return terminal.draw_heat_map(heat_map).encode()


def figure_ending(path: str | None) -> str:
    """The ending of `path` without that of a compression.

    Raises: UsageError for the ending of a picture that is not drawn here
    """
    ending = ending_of(path)
    if ending in _OF_OTHER_TOOLS:
        raise click.UsageError(f"--output {path}: figures are {', '.join(FIGURES)} or text, not {ending}")
    return ending


def _terminal_size() -> tuple[int, int]:
    """As wide as the terminal; 80 by 24 where there is none, so that a pipe gives the same bytes anywhere."""
    import sys

    if not sys.stdout.isatty():
        return 80, 24
    size = shutil.get_terminal_size((80, 24))
    return max(size.columns - 1, 40), max(min(size.lines - 2, 40), 12)
