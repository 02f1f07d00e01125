"""A figure in the form that its file's ending asks for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.drawing import svg, terminal
from cli.io.streams import COMPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.drawing.canvas import Point

MAP_TITLE = "Word vectors: similar words lie together"
LOSSES_TITLE = "Mean loss of each epoch"

FIGURES = (".svg", ".html", ".png")
_OF_OTHER_TOOLS = frozenset(
    [".pdf", ".ps", ".eps", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp"]
)


def draw_map(path: str | None, words: Sequence[str], points: Sequence[Point]) -> bytes:
    """A labelled map in the format that the ending of `path` names, else as text."""
    ending = ending_of(path)
    if ending == ".png":
        from cli.drawing import png

        return png.draw_map(points, words, MAP_TITLE)
    if ending in {".svg", ".html"}:
        figure = svg.draw_map(points, words, MAP_TITLE)
        return (svg.as_html(figure, MAP_TITLE) if ending == ".html" else figure).encode()
    return terminal.draw_map(points, words, *_terminal_size()).encode()


def draw_curves(path: str | None, curves: dict[str, Sequence[float]], title: str, first: int = 1) -> bytes:
    """Curves over `first`, `first` + 1, … in the format that the ending of `path` names, else as text."""
    ending = ending_of(path)
    if ending == ".png":
        from cli.drawing import png

        return png.draw_curves(curves, title, first)
    if ending in {".svg", ".html"}:
        figure = svg.draw_curves(curves, title, first)
        return (svg.as_html(figure, title) if ending == ".html" else figure).encode()
    return terminal.draw_curves(curves, *_terminal_size(), first).encode()


def ending_of(path: str | None) -> str:
    """The ending of `path` in lower case, without that of a compression.

    Raises: UsageError for the ending of a picture that is not drawn here
    """
    name = Path((path or "").lower())
    ending = (name.with_suffix("") if name.suffix in COMPRESSIONS else name).suffix
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
