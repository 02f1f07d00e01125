"""Figures as SVG, and as HTML that holds it: plain text, sharp at any size, no package needed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cli.drawing.canvas import UNNAMED, Axes, Box, printable, scaled, ticks
from cli.drawing.heat_map import SHARES, heat_frame
from cli.drawing.page import (
    COLOURS,
    FONT_SIZE,
    HEIGHT,
    INK,
    MARGIN,
    PALE,
    RADIUS,
    WIDTH,
    aligned,
    colours_of,
    legend_width,
    place_map,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from cli.drawing.canvas import Point
    from cli.drawing.heat_map import HeatMap

_STYLE = f"""text{{font:{FONT_SIZE}px system-ui,"DejaVu Sans","Noto Sans CJK SC",sans-serif;fill:{INK};
paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}}
.title{{font-size:{FONT_SIZE + 3}px;font-weight:600}} circle{{fill:{COLOURS[0]};fill-opacity:.75}}
.grid{{stroke:{PALE}}} .end{{text-anchor:end}} .middle{{text-anchor:middle}}
.curve{{fill:none;stroke-width:2;stroke-linejoin:round}} .cell{{shape-rendering:crispEdges}}"""


def draw_map(points: Sequence[Point], labels: Sequence[str], title: str) -> str:
    """Labelled points; a label without a free place appears when the pointer is over the mark."""
    places, boxes = place_map(points, labels)
    parts = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"><title>{_text(label)}</title></circle>'
        for (x, y), label in zip(places, labels, strict=True)
    ]
    parts += [
        _label(*aligned(box, place), box.bottom - 4, label)
        for label, place, box in zip(labels, places, boxes, strict=True)
        if box
    ]
    return _document(parts, title)


def draw_curves(
    curves: Mapping[str, Sequence[float]], title: str, axes: Axes = UNNAMED, dashed: Container[str] = ()
) -> str:
    """Curves over the first number of `axes`, the next, …, with a legend on their right."""
    first = axes.first
    values = [value for curve in curves.values() for value in curve]
    low, high, last = min(values), max(values), first + max(map(len, curves.values())) - 1
    corners = [(float(first), low), (float(max(last, first + 1)), high)]
    legend = WIDTH - legend_width(curves)
    frame = Box(1.75 * MARGIN, 1.5 * MARGIN, legend - MARGIN / 2, HEIGHT - 1.25 * MARGIN)

    def place(points: Sequence[Point]) -> list[Point]:
        return scaled([*corners, *points], frame)[2:]

    parts = []
    for value in ticks(low, high, 8):
        ((_, y),) = place([(first, value)])
        parts.append(f'<path class="grid" d="M{frame.left} {y:.1f}H{frame.right}"/>')
        parts.append(f'<text class="end" x="{frame.left - 8}" y="{y + 4:.1f}">{value:.6g}</text>')
    for step in (step for step in ticks(first, last, 10) if step == int(step)):
        ((x, _),) = place([(step, low)])
        parts.append(f'<text class="middle" x="{x:.1f}" y="{frame.bottom + 22}">{step:.0f}</text>')
    middle, centre = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
    parts.append(f'<text class="middle" x="{middle:.1f}" y="{HEIGHT - 14}">{_text(axes.across)}</text>')
    turned = f'transform="translate(20 {centre:.1f}) rotate(-90)"'
    parts.append(f'<text class="middle" {turned}>{_text(axes.up)}</text>')
    spacing = min(20.0, (frame.bottom - frame.top) / len(curves))
    for number, (name, colour) in enumerate(zip(curves, colours_of(curves, dashed), strict=True)):
        curve, dashes = curves[name], ' stroke-dasharray="7 4"' if name in dashed else ""
        places = place([(float(step), value) for step, value in enumerate(curve, first)])
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="curve" stroke="{colour}"{dashes} points="{line}"/>')
        x, y = places[-1]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" style="fill:{colour}"/>')
        y = frame.top + spacing * number
        sample = f'd="M{legend:.1f} {y:.1f}h26"'
        parts.append(f'<path class="curve" stroke="{colour}"{dashes} {sample}/>')
        where = f'x="{legend + 34:.1f}" y="{y + 4:.1f}"'
        parts.append(f'<text {where} style="fill:{colour}">{_text(shortened(name))}</text>')
    return _document(parts, title)


def draw_heat_map(heat_map: HeatMap, title: str) -> str:
    """A cell for each number, in its colour; rows and columns are named, and the pointer tells the number."""
    frame = heat_frame(heat_map)
    width = (frame.right - frame.left) / len(heat_map.columns)
    height = (frame.bottom - frame.top) / len(heat_map.rows)
    parts = []
    for i, (name, row) in enumerate(zip(heat_map.rows, heat_map.values, strict=True)):
        y = frame.top + i * height
        if i % heat_map.step(height) == 0:
            parts.append(_label(frame.left - 8, "end", y + height / 2 + 4, name))
        for j, (label, value) in enumerate(zip(heat_map.columns, row, strict=True)):
            where = f'x="{frame.left + j * width:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
            told = f"<title>{_text(f'{label}, {name}: {value:.4g}')}</title>"
            parts.append(f'<rect class="cell" {where} fill="{heat_map.colour(value)}">{told}</rect>')
    for j in range(0, len(heat_map.columns), heat_map.step(width)):
        x, y = frame.left + (j + 0.5) * width + 4, frame.bottom + 12
        turned = f'class="end" transform="translate({x:.1f} {y:.1f}) rotate(-60)"'
        parts.append(f"<text {turned}>{_text(heat_map.columns[j])}</text>")
    for number, share in enumerate(SHARES):
        colour, y = heat_map.colour(share * heat_map.limit), frame.top + 24 * number
        parts.append(f'<rect x="{frame.right + 20:.1f}" y="{y:.1f}" width="20" height="24" fill="{colour}"/>')
        where = f'x="{frame.right + 46:.1f}" y="{y + 16:.1f}"'
        parts.append(f"<text {where}>{share * heat_map.limit:.3g}</text>")
    return _document(parts, title)


def as_html(svg: str, title: str) -> str:
    """A page of its own that holds the figure; it loads nothing."""
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{_text(title)}</title>'
    return f'{head}<body style="margin:0">\n{svg}</body></html>\n'


def _label(x: float, part: str, y: float, label: str) -> str:
    return f'<text class="{part}" x="{x:.1f}" y="{y:.1f}">{_text(label)}</text>'


def _text(text: str) -> str:
    return escape(printable(text))


def _document(parts: Sequence[str], title: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    body = "\n".join(parts)
    background = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    shown = f'<text class="title middle" x="{WIDTH / 2}" y="28">{_text(title)}</text>'
    named = f"<title>{_text(title)}</title>"
    return f"{head}\n{named}\n<style>{_STYLE}</style>\n{background}\n{shown}\n{body}\n</svg>\n"
