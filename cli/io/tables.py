"""CSV and TSV in: the first row names the columns, each other one is a record."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.io.printers import TSV
from nlp.errors import InputError
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlp.text.records import Record

    Row = list[str]
    Numbered = tuple[int, Row]

_LONGEST_FIELD = 1 << 26  # of characters: a quote that is never closed must not take all memory


@dataclass
class Table:
    """One file of rows, whose columns are known once the first row has been read.

    CSV is that of RFC 4180: a field in quotes may hold commas, quotes (doubled) and line ends. In TSV a quote
    is a character like any other.
    """

    form: str
    path: str
    field: str
    """The column that holds the text."""
    _columns: Row | None = None

    def rows(self, blocks: Iterable[tuple[int, str]]) -> Iterator[list[Numbered]]:
        """The rows behind the first, each with the number of its first line, grouped as they arrived.

        `blocks` are whole lines, with the number of the first. Raises: InputError where a quote does not fit,
        and for a file without the column.
        """
        csv.field_size_limit(_LONGEST_FIELD)
        lines = _Lines(blocks)
        if self.form == TSV:
            reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            reader = csv.reader(lines, strict=True)
        batch: list[Numbered] = []
        number = 1
        try:
            for row in reader:
                if self._columns is None:
                    self._columns = self._named(row)
                elif row:
                    batch.append((number, row))
                number = lines.read + 1
                if lines.at_end_of_block:
                    yield batch
                    batch = []
        except csv.Error as error:
            yield batch
            message = f"not CSV: {error}; close the quotes, double those within, or give --input-format text"
            raise InputError(message, path=self.path, line=number, column=1) from error
        yield batch

    def record(self, row: Row, number: int) -> Record:
        """The record of a row. Raises: InputError if it has more or fewer fields than there are columns."""
        columns = self._columns or []
        if len(row) != len(columns):
            found = f"{number_of(len(row), 'field')}, but the first row names {len(columns):,}"
            if self.form != TSV:
                found += "; one that holds a comma stands in quotes"
            raise InputError(found, path=self.path, line=number, column=1)
        record: Record = dict(zip(columns, row, strict=True))
        return record

    def _named(self, row: Row) -> Row:
        """The names of the columns. Raises: InputError where `field` is not one of them, or twice."""
        if row.count(self.field) != 1:
            are = "two are" if self.field in row else "none is"
            told = ", ".join(map(repr, row))
            remedy = "name one of them with --field"
            if len(row) == 1 and ";" in row[0]:
                remedy = "semicolons do not separate columns; convert it"
            message = f"of its columns {are} called {self.field!r}; there are {told}: {remedy}"
            raise InputError(message, path=self.path, line=1, column=1)
        return row


class _Lines:
    """Lines one by one; `read` is the number of the last, `at_end_of_block` whether its block has no more."""

    def __init__(self, blocks: Iterable[tuple[int, str]]) -> None:
        self.read = 0
        self.at_end_of_block = False
        self._lines = self._of(blocks)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _of(self, blocks: Iterable[tuple[int, str]]) -> Iterator[str]:
        for first, text in blocks:
            *lines, last = text.removesuffix("\n").split("\n")
            self.at_end_of_block = False
            for self.read, line in enumerate(lines, first):
                yield f"{line}\n"
            self.read, self.at_end_of_block = first + len(lines), True
            yield f"{last}\n"
