"""A trace: how `score` and `tag` tell it, and what `plot --trace` draws of it."""

from __future__ import annotations

from statistics import pvariance
from typing import TYPE_CHECKING, Any

from cli.drawing.heat_map import HeatMap
from cli.io.labelled_lines import labelled_lines
from nlp.errors import InputError
from nlp.text.records import parse_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.console import Console
    from cli.io.reading import Input
    from nlp.analysis.traces import LayerTrace
    from nlp.text.records import Record

MOST_TOKENS, MOST_UNITS = 80, 64
_WANTED = "records of score --trace have `pieces` and `trace`, those of tag --trace `tokens` and `trace`"
_DIGITS = 4  # of a trace, which is long


def trace_record(layers: Sequence[LayerTrace]) -> Record:
    """The field `trace` of a record: for each layer its number, and its gates and states, a row a token.

    What is past every number stays out of JSON as the largest one.
    """
    import numpy as np

    told = [
        {
            name: np.nan_to_num(array.astype(np.float64)).round(_DIGITS).tolist()
            for name, array in layer.items()
        }
        for layer in layers
    ]
    return {"trace": [{"layer": number, **layer} for number, layer in enumerate(told, 1)]}


def trace_map(source: Input, layer: int | None, gate: str, console: Console) -> tuple[HeatMap, str]:
    """The heat map of a gate or state, a row for each unit, and its title; the last layer if none is named.

    Of more units than can be told apart, those are drawn that vary most.

    Raises: InputError for what is no trace, or has no such layer or gate
    """
    pieces: list[str] = []
    rows: list[Sequence[float]] = []
    title = gate
    for path, number, record in _records(source):
        found = _layer(record, layer, path, number)
        title = f"{gate} of layer {found['layer']}: units by tokens"
        names = [name for name in found if name != "layer"]
        if gate not in names:
            raise InputError(f"no {gate!r} in this trace; it has {', '.join(names)}", path=path, line=number)
        pieces += [str(piece) for piece in _pieces(record)]
        rows += found[gate]
        if len(rows) != len(pieces) or len({len(row) for row in rows}) != 1:
            raise InputError(f"pieces and rows do not fit one another; {_WANTED}", path=path, line=number)
    if not rows:
        raise InputError("there is no trace to draw")
    if len(rows) > MOST_TOKENS:
        console.warn(f"of {len(rows):,} tokens the first {MOST_TOKENS} are drawn")
        pieces, rows = pieces[:MOST_TOKENS], rows[:MOST_TOKENS]
    units = list(zip(*rows, strict=True))
    drawn = sorted(sorted(range(len(units)), key=lambda unit: -pvariance(units[unit]))[:MOST_UNITS])
    if len(drawn) < len(units):
        console.warn(f"of {len(units):,} units the {MOST_UNITS} that vary most are drawn")
    names = [str(unit + 1) for unit in drawn]
    return HeatMap(
        [units[unit] for unit in drawn], names, [piece.replace("\n", "\\n") for piece in pieces]
    ), title


def _records(source: Input) -> Iterator[tuple[str, int, Record]]:
    for path, number, line in labelled_lines(source):
        if line.strip():
            yield path, number, parse_record(line, path, number)


def _pieces(record: Record) -> Any:
    """What stands beside the rows: `tokens` of score are how many there are."""
    return record.get("pieces", record.get("tokens"))


def _layer(record: Record, layer: int | None, path: str, number: int) -> dict[str, Any]:
    """The trace of one layer. Raises: InputError."""
    layers, pieces = record.get("trace"), _pieces(record)
    if not (isinstance(layers, list) and layers and isinstance(pieces, list) and all(map(_is_layer, layers))):
        raise InputError(f"no trace; {_WANTED}", path=path, line=number)
    for found in reversed(layers):
        if layer in {None, found["layer"]}:
            return dict(found)
    raise InputError(f"no layer {layer}; it has {len(layers)}", path=path, line=number)


def _is_layer(value: object) -> bool:
    """Whether it is what `trace_record` makes: a number, and arrays by their names."""
    if not isinstance(value, dict) or type(value.get("layer")) is not int:
        return False
    return all(_is_array(array) for name, array in value.items() if name != "layer")


def _is_array(value: object) -> bool:
    rows = value if isinstance(value, list) else [None]
    return all(isinstance(row, list) and all(type(cell) in {int, float} for cell in row) for row in rows)
