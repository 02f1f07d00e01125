"""Figures as a Markdown table, and as JSON with every single value."""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .figures import Figure, Measure

_HEAD = """\
| benchmark | what | nlptool | peer | ratio | target |
|---|---|--:|--:|--:|---|
"""
_LEGEND = """
Averages over the rounds; everybody takes one turn in each. The ratio is taken within a round (median, lowest
to highest) and says how many times better nlptool is, so over 1 nlptool is ahead.
"""


def as_markdown(figures: Sequence[Figure], machine: Mapping[str, str]) -> str:
    """The table, under it how to read it and what it was measured on."""
    facts = " · ".join(f"{name} {value}" for name, value in machine.items())
    return _HEAD + "".join(map(_row, figures)) + _LEGEND + f"\n{facts}\n"


def as_json(figures: Sequence[Figure], machine: Mapping[str, str]) -> str:
    """All values of all figures, for another program."""
    document = {"machine": dict(machine), "figures": [_entry(figure) for figure in figures]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def shortfalls(figures: Sequence[Figure]) -> list[str]:
    """A line for each target that is missed and each peer that is ahead."""
    return [" ".join(_row(figure).split()) for figure in figures if figure.is_short]


def _row(figure: Figure) -> str:
    measure = figure.measure
    what = figure.subject
    ours = theirs = ""
    if measure is not None:
        what += f", {measure.name} ({measure.unit})" if measure.unit else f", {measure.name}"
        ours = _average(measure, figure.ours)
        theirs = f"{figure.peer} {_average(measure, figure.theirs) or figure.note}".strip()
    benchmark = f"{figure.benchmark}, {figure.kernels}" if figure.kernels else figure.benchmark
    cells = (benchmark, what, ours, theirs or figure.note, _ratio(figure), _target(figure))
    return f"| {' | '.join(cells)} |\n"


def _average(measure: Measure, values: Sequence[float]) -> str:
    return _number(measure.average(values)) if values else ""


def _ratio(figure: Figure) -> str:
    ratios = figure.ratios
    return f"{median(ratios):.2f}× ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else ""


def _target(figure: Figure) -> str:
    if figure.measure is None or figure.is_on_target is None:
        return ""
    bound = figure.measure.at_most
    sign, value = ("≤", bound) if bound is not None else ("≥", figure.measure.at_least or 0)
    return f"{sign} {_number(value)} {'met' if figure.is_on_target else '**missed**'}"


def _number(value: float) -> str:
    """Three significant digits at least, and never an exponent."""
    size = abs(value)
    if size >= 10:
        return f"{value:,.0f}" if size >= 100 else f"{value:.1f}"
    return f"{value:.3g}" if size >= 1 else f"{value:.4g}"


def _entry(figure: Figure) -> dict[str, Any]:
    entry = asdict(figure)
    measure = figure.measure
    if measure is not None and figure.ours:
        entry["average"] = measure.average(figure.ours)
    if measure is not None and figure.theirs:
        entry["peer_average"] = measure.average(figure.theirs)
    if figure.ratios:
        entry["ratios"], entry["ratio"] = figure.ratios, median(figure.ratios)
    return {**entry, "on_target": figure.is_on_target}
