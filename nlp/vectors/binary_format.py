"""Word vectors in word2vec's binary format: `V D`, then each word, a space, and its numbers as float32."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nlp.errors import ModelError
from nlp.vectors.rows import Read, Rows
from nlp.vectors.text_format import Shape
from nlp.wording import Message

MAX_WORD_BYTES = 1 << 20
"""The longest word that is read: a file of another kind may have no space at all."""

_BLOCK_BYTES = 1 << 22
_ROWS = 4096


class _CutShortError(Exception):
    """Where a file ends, or makes no sense, within a row."""


def read_binary(path: str, read: Callable[[int], bytes], shape: Shape, limit: int | None) -> Read:
    """Read rows of vectors, with line ends between them or without.

    Raises: ModelError where the file ends, or makes no sense, within a row; and where there are no rows
    """
    rows = Rows(path, "word", limit)
    names: list[bytes] = []
    vectors: list[bytes] = []

    def add() -> None:
        matrix = np.frombuffer(b"".join(vectors), "<f4").reshape(len(names), shape.dim)
        rows.add(names, matrix, range(rows.rows + 1, rows.rows + len(names) + 1))
        names.clear()
        vectors.clear()

    try:
        for name, vector in _entries(read, shape):
            names.append(name)
            vectors.append(vector)
            if len(names) == _ROWS or len(names) == rows.room:
                add()
            if rows.full:
                break
    except _CutShortError as error:
        add()
        remedy = rows.remedy("copy it again")
        raise ModelError(
            Message("{path}: {error}; {remedy}", path=path, error=error, remedy=remedy)
        ) from error
    add()
    return rows.read(shape.dim, shape.said)


def fits(data: bytes, shape: Shape) -> bool:
    """Whether a whole file is its first line and the rows promised there, to the last byte."""
    position = len(data.partition(b"\n")[0]) + 1
    for _ in range(shape.said or 0):
        start = data.find(b" ", position) + 1
        if not start:
            return False
        position = start + 4 * shape.dim
        position += data[position : position + 1] == b"\n"
    return position == len(data)


def _entries(read: Callable[[int], bytes], shape: Shape) -> Iterator[tuple[bytes, bytes]]:
    """Each word and its bytes, to the end of the file, whatever its first line promises."""
    row_bytes, needed = 4 * shape.dim, 4 * shape.dim + MAX_WORD_BYTES
    data, position, number = read(_BLOCK_BYTES), 0, 1
    position = data.index(b"\n") + 1
    at_end = False
    while True:
        while len(data) - position < needed and not at_end:
            more = read(max(_BLOCK_BYTES, needed))
            data, position, at_end = data[position:] + more, 0, not more
        start = data.find(b" ", position, position + MAX_WORD_BYTES) + 1
        end = start + row_bytes
        if not start or end > len(data):
            if at_end and not data[position:].strip(b"\r\n"):
                return
            raise _CutShortError(f"cut short or damaged at word {number:,} of {shape.said:,}")
        yield data[position : start - 1].lstrip(b"\n"), data[start:end]
        position, number = end, number + 1
