"""A step of the lecture as text: what happens, the equation, and the numbers with their shapes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from nlp.text.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.text.records import Record

_PLACE_AT = 72  # the column where the place of the code begins, if the equation is no longer
_FINEST, _LARGEST = 5e-4, 1e5  # numbers between the two are told with three digits behind the point


def step_as_text(record: Record) -> str:
    """The lines of a step, behind those of its page if it is the first one."""
    head = f"{record['title']}\n{record['about']}\n\n" if record["step"] == 1 else ""
    equation = f"   {record['equation']}"
    gap = " " * max(_PLACE_AT - columns_of(equation), 2)
    arrays = "".join(f"   {line}\n" for line in _arrays(record["values"], record["shapes"]))
    return f"{head}{record['step']}. {record['told']}\n{equation}{gap}{record['code']}\n\n{arrays}\n"


def _arrays(values: Record, shapes: Record) -> Iterator[str]:
    """The rows of all arrays, behind names and shapes; those of as many columns stand below one another."""
    names = {name: _name(name, shapes[name]) for name in values}
    cells = {name: _cells(_rows(value)) for name, value in values.items()}
    broadest = max(map(columns_of, names.values()))
    widths: dict[int, list[int]] = {}
    for row in chain.from_iterable(cells.values()):
        own = [columns_of(cell) for cell in row]
        widths[len(row)] = [*map(max, own, widths.get(len(row), own))]
    for name, rows in cells.items():
        for number, row in enumerate(rows):
            first = "" if number else names[name]
            parts = [first + " " * (broadest - columns_of(first))]
            parts += [
                " " * (width - columns_of(cell)) + cell
                for cell, width in zip(row, widths[len(row)], strict=True)
            ]
            yield "  ".join(parts).rstrip()


def _name(name: str, shape: Sequence[int]) -> str:
    return f"{name} ({' × '.join(map(str, shape))})" if shape else name


def _rows(value: Any) -> list[list[Any]]:
    if not isinstance(value, list):
        return [[value]]
    if value and isinstance(value[0], list):
        return [row for part in value for row in _rows(part)]
    return [value]


def _cells(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """All numbers of an array in one form: three digits behind the point, if none is lost by that."""
    numbers = [abs(cell) for row in rows for cell in row if isinstance(cell, float) and cell]
    if numbers and not (min(numbers) >= _FINEST and max(numbers) < _LARGEST):
        form = "z.2e"
    else:
        form = "z.0f" if all(map(float.is_integer, numbers)) else "z.3f"
    return [[f"{cell:{form}}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
