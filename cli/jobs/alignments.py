"""What `nlptool plot --alignment` draws: where each piece of a translation looked in its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.drawing.heat_map import HeatMap
from cli.io.labelled_lines import labelled_lines
from nlp.errors import InputError
from nlp.text.records import parse_record

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.reading import Input

MOST_PIECES = 80
"""Of the source, and of the target: more cannot be told apart."""

_TITLE = "attention: pieces of the source by pieces of the target"
_WANTED = (
    "records of translate --alignment --format jsonl have `alignment` with `source`, `target`, `weights`"
)


def alignment_map(source: Input, console: Console) -> tuple[HeatMap, str]:
    """The heat map of the first record, a row for each piece of the source, and its title.

    Raises: InputError for what is no alignment, and where there is none
    """
    first: tuple[HeatMap, str] | None = None
    for path, number, line in labelled_lines(source):
        if not line.strip():
            continue
        if first:
            console.warn("only the first record is drawn; pick another with sed -n 2p, say")
            break
        first = _map(parse_record(line, path, number).get("alignment"), path, number, console), _TITLE
    if first is None:
        raise InputError("there is no alignment to draw")
    return first


def _map(alignment: object, path: str, number: int, console: Console) -> HeatMap:
    """The heat map of an alignment. Raises: InputError where it is none."""
    found = alignment if isinstance(alignment, dict) else {}
    names = [found.get(name) for name in ("source", "target")]
    columns, rows, weights = *names, found.get("weights")
    if weights is None and "weights" in found:
        raise InputError("its model has no attention, and so no alignment", path=path, line=number)
    fits = (
        all(isinstance(some, list) and some and all(isinstance(one, str) for one in some) for some in names)
        and isinstance(weights, list)
        and len(weights) == len(rows or ())
        and all(_is_row(row, len(columns or ())) for row in weights)
    )
    if not fits or not columns or not rows or not isinstance(weights, list):
        raise InputError(f"no alignment; {_WANTED}", path=path, line=number)
    if max(len(rows), len(columns)) > MOST_PIECES:
        console.warn(f"the first {MOST_PIECES} pieces are drawn")
    shown = [row[:MOST_PIECES] for row in weights[:MOST_PIECES]]
    return HeatMap(list(zip(*shown, strict=True)), columns[:MOST_PIECES], rows[:MOST_PIECES])


def _is_row(row: object, length: int) -> bool:
    if not isinstance(row, list) or len(row) != length:
        return False
    return all(type(weight) in {int, float} for weight in row)
