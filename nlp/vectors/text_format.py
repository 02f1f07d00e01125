"""Word vectors as text: word2vec's format, whose first line tells their number and size, and GloVe's without.

A line is a word and its numbers, separated by spaces. GloVe's largest vocabulary has words that hold spaces
themselves (`. . .`), so a line is read from its end; but a number too many never becomes part of a word.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.vectors.rows import Read, Rows
from nlp.wording import Message, number_of

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_BLOCK_BYTES = 1 << 20
_MAX_LINE_BYTES = 1 << 26
_MOST_DIMENSIONS = 1 << 20  # a first line that claims more is none
_MAX_DIGITS = 19
_SAMPLE = 20  # lines that tell how many numbers a row has, where no first line does
_SHOWN = 40  # characters of a value in a message

_FIGURES = rb"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?"
_FIGURE = re.compile(_FIGURES)
_NUMBER = re.compile(_FIGURES + rb"|[+-]?(?i:nan|inf|infinity)")
_INTEGER = re.compile(rb"[+-]?[0-9]+")
_ODD_SPACES = (b"\t", b"\v", b"\f", b"  ", b"\n ")


class Shape(NamedTuple):
    """What is known before the rows are read: how many words the first line promises, if it does, and D."""

    said: int | None
    dim: int


class _Row(NamedTuple):
    """One line, read with care."""

    word: bytes
    numbers: Floats
    has_commas: bool


class _BadRowError(Exception):
    """What is wrong with a line."""


def header_of(line: bytes) -> Shape | None:
    """The two numbers of word2vec's first line, in text and binary; None if it is no such line."""
    parts = line.removeprefix(BYTE_ORDER_MARK).split()
    if len(parts) != 2 or not all(part.isdigit() and len(part) < _MAX_DIGITS for part in parts):
        return None
    said, dim = map(int, parts)
    return Shape(said, dim) if 0 < dim <= _MOST_DIMENSIONS else None


def shape_of_rows(lines: Sequence[bytes]) -> Shape | None:
    """How many numbers most of the first lines end with, in a file whose first line does not say it.

    None if these are no vectors; a single number a line is a list of counts, as `vocab` writes it.
    """
    sample = [line for line in lines if line.strip()][:_SAMPLE]
    found = Counter(len(_figures_at_end(line, _NUMBER)) for line in sample)
    dim = min(found, key=lambda numbers: (-found[numbers], numbers), default=0)
    return Shape(None, dim) if dim > 1 else None


def is_row(line: bytes, dim: int) -> bool:
    """Whether `line` is a word and `dim` numbers."""
    try:
        _row(line, dim)
    except _BadRowError:
        return False
    return True


def has_numbers(line: bytes) -> bool:
    """Whether `line` has anything like a number behind its word."""
    return any(map(_NUMBER.fullmatch, line.split()[1:]))


def other_value(line: bytes) -> str:
    """What a line has where a row of vectors has a number, for a message."""
    value = next((one for one in line.split()[1:] if not _NUMBER.fullmatch(one)), None)
    if value is None:
        return f"{number_of(len(line.split()) - 1, 'number')} after {_shown(line.split()[0])}"
    return f"{_shown(value)} where a number would be"


def read_text(path: str, read: Callable[[int], bytes], shape: Shape, limit: int | None) -> Read:
    """Read rows of vectors; `shape` is what `header_of` or `shape_of_rows` found.

    The line end at the end of the file may be missing or doubled, and a decimal comma is a point.

    Raises: InputError naming a line that has more or fewer numbers than it should; ModelError where there
            are no rows
    """
    rows = Rows(path, "line", limit)
    first_row = 1 if shape.said is None else 2
    for number, block in _blocks(path, read):
        lines = block.split(b"\n")
        start = max(first_row - number, 0)
        while start < len(lines) and not rows.full:
            part = lines[start : rows.room and start + rows.room]
            _add(rows, part, number + start, shape)
            start += len(part)
        if rows.full:
            break
    return rows.read(shape.dim, shape.said)


def _blocks(path: str, read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """The file in blocks of whole lines, without the last line end of each: their first number, and they."""
    number, rest = 1, b""
    while data := read(_BLOCK_BYTES):
        whole, end, last = data.rpartition(b"\n")
        if not end and len(rest) > _MAX_LINE_BYTES:
            message = f"a line of over {_MAX_LINE_BYTES >> 20} MiB; these are no word vectors"
            raise InputError(message, path=path, line=number, column=1)
        if not end:
            rest += data
            continue
        block, rest = rest + whole, last
        yield number, block.removeprefix(BYTE_ORDER_MARK) if number == 1 else block
        number += block.count(b"\n") + 1
    if rest:
        yield number, rest.removeprefix(BYTE_ORDER_MARK) if number == 1 else rest


def _add(rows: Rows, lines: list[bytes], number: int, shape: Shape) -> None:
    """Add the rows on `lines`, the first of which is line `number`. Raises: InputError."""
    plain = _plain_rows(lines, shape.dim)
    if plain:
        rows.add(*plain, range(number, number + len(lines)))
        return
    found: list[_Row] = []
    places: list[int] = []

    def add() -> None:
        if found:
            rows.add([row.word for row in found], np.array([row.numbers for row in found]), places)

    for place, line in enumerate(lines, number):
        if not line.strip():
            continue
        try:
            found.append(_row(line, shape.dim))
        except _BadRowError as error:
            add()
            message = Message("{error}; {remedy}", error=error, remedy=rows.remedy("mend the line"))
            raise InputError(message, path=rows.path, line=place, column=1) from error
        places.append(place)
        if found[-1].has_commas:
            rows.warn_of("with decimal commas, which are read as points", place, found[-1].word)
    add()


def _plain_rows(lines: list[bytes], dim: int) -> tuple[list[bytes], Floats] | None:
    """The rows of lines that hold a word without spaces and `dim` numbers, a single space before each.

    None where a line is of any other form: `_row` reads those, and these as well, in ten times the time.
    """
    block = b"\n".join(lines)
    if block.startswith(b" ") or any(space in block for space in _ODD_SPACES):
        return None
    if b" \n" in block or b"\r" in block or block.endswith(b" "):
        lines = [line.rstrip(b" \r") for line in lines]
        if any(b"\r" in line for line in lines):
            return None
    if any(line.count(b" ") != dim for line in lines):
        return None
    parts = [line.partition(b" ") for line in lines]
    numbers = _parsed(b" ".join([part[2] for part in parts]))
    if len(numbers) != dim * len(lines):
        return None
    return [part[0] for part in parts], numbers.reshape(-1, dim)


def _row(line: bytes, dim: int) -> _Row:
    """The word on a line, which may hold spaces, and its numbers. Raises: _BadRowError."""
    *names, last = line.rsplit(None, dim) if dim < len(line) else [line]
    parts = [*names, last]
    word = parts.pop(0) if len(parts) > dim else b""
    if len(parts) < dim or not (word or line[:1].isspace()):
        raise _BadRowError(_unlike_a_row(line, dim))
    joined = b" ".join(parts)
    numbers, has_commas = _parsed(joined), False
    if len(numbers) != dim and b"," in joined:
        numbers, has_commas = _parsed(joined.replace(b",", b".")), True
    surplus = _surplus(word, parts)
    if len(numbers) != dim or surplus:
        raise _BadRowError(_unlike_a_row(line, dim))
    return _Row(word, numbers, has_commas)


def _surplus(word: bytes, numbers: Sequence[bytes]) -> bool:
    """Whether a word that ends with figures has taken a number that belongs to the vector.

    `to 2` is a word before 0.1 0.2, but `dog 0.3` is not, nor is `dog 2` before the numbers 1 and 0.
    """
    figures = _figures_at_end(word, _FIGURE)
    whole = all(map(_INTEGER.fullmatch, figures))
    return bool(figures) and (not whole or any(map(_INTEGER.fullmatch, numbers)))


def _figures_at_end(text: bytes, pattern: re.Pattern[bytes]) -> list[bytes]:
    """The fields at the end of `text` that `pattern` matches; its first field is a word, whatever it is."""
    fields = text.split()
    if not text[:1].isspace():
        fields = fields[1:]
    count = next((n for n, one in enumerate(reversed(fields)) if not pattern.fullmatch(one)), len(fields))
    return fields[len(fields) - count :]


def _unlike_a_row(line: bytes, dim: int) -> str:
    """Why `line` is no word with `dim` numbers: what is there, and how many numbers it ends with."""
    count = len(_figures_at_end(line, _NUMBER))
    fields = line.split()
    before = fields[: len(fields) - count]
    what = f"expected a word and {number_of(dim, 'number')}, found {number_of(count, 'number')}"
    if len(before) > 1 and count < dim:
        return f"{what} at the end; {_shown(before[-1])} before is none"
    return f"{what} after {_shown(before[-1] if before else b'')}"


def _shown(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _parsed(numbers: bytes) -> Floats:
    """Numbers separated by white space; none at all if one of them is not a number."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # older NumPy warned instead of raising
            return np.fromstring(numbers, np.float32, sep=" ")
    except (ValueError, DeprecationWarning):
        return np.empty(0, np.float32)
