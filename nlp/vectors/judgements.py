"""Files to judge word vectors by: analogy questions, and word pairs with the scores that people gave them.

Lines that begin with # and empty ones say nothing. Columns are separated by tabs, semicolons, commas or
spaces, and may stand in double quotes. What a line means is never guessed: one that is open is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

from nlp.errors import InputError

TAB, SEMICOLON, COMMA, SPACES = "\t", ";", ",", None

_DECIMAL_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)")
_DIGITS = re.compile(r"[0-9]+")
_NUMBER_OR_NEARLY = re.compile(r"[0-9][0-9.,]*|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SPACED = re.compile(r'"([^"]*)"(?!\S)|(\S+)')
_NUMBERED = re.compile(r"(.*\D|)1")  # the first of names such as "word 1"


@dataclass
class Section:
    """Analogy questions of one kind, four words each: a is to b as c is to d."""

    name: str
    questions: list[tuple[str, str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """Two words, and how alike people find them."""

    first: str
    second: str
    score: float


def read_analogies(lines: Iterable[str], path: str | None = None) -> list[Section]:
    """Questions in Google's format: `: section`, then four words a line; a first line of names may come.

    Raises: InputError naming the line that has not four words.
    """
    sections: list[Section] = []
    for place, (number, line) in enumerate(_told(lines, path)):
        if line.lstrip(' "').startswith(":"):
            name = " ".join(line.split()).strip(' ",;')  # spreadsheets fill a row up with separators
            sections.append(Section(name.removeprefix(":").strip()))
            continue
        separator, words = _four(line)
        words = [word for word in words if word]
        if len(words) != 4:
            raise InputError(f"expected four words, found {len(words)}", path=path, line=number, column=1)
        if place == 0 and _are_names(words, separator):
            continue
        if not sections:
            sections.append(Section("all"))
        sections[-1].questions.append((words[0], words[1], words[2], words[3]))
    return sections


def _four(line: str) -> tuple[str | None, list[str]]:
    """The separator that makes four columns of a line, and these; else the columns that it seems to have."""
    present = [mark for mark in (TAB, SEMICOLON, COMMA) if mark in line]
    found = [(mark, _columns(line, mark)) for mark in (*present, SPACES)]
    for mark, words in found:
        while words and not words[-1]:
            words.pop()
        is_mixed = mark is SPACES and any(word.endswith((SEMICOLON, COMMA)) for word in words)
        if len(words) == 4 and all(words) and not is_mixed:
            return mark, words
    return found[0]


def _are_names(words: Sequence[str], separator: str | None) -> bool:
    """Whether these are the names of four columns: word1 … word4 or, not separated by spaces, a b c d."""
    numbered = _NUMBERED.fullmatch(words[0])
    if numbered:
        return list(words) == [f"{numbered[1]}{number}" for number in range(1, 5)]
    return separator is not SPACES and "".join(words).lower() == "abcd"


@dataclass(frozen=True)
class _Row:
    """A line of a file of pairs. `place` is that of its first number after the two words, or None."""

    number: int
    separator: str | None
    columns: Sequence[str]

    @property
    def place(self) -> int | None:
        numbers = (at for at, column in enumerate(self.columns) if at > 1 and _number(column) is not None)
        return next(numbers, None)

    @property
    def may_be_names(self) -> bool:
        """Whether nothing here looks like a score, nor like two words without theirs: names, perhaps."""
        lacks_score = len(self.columns) == 2 or any(map(_NUMBER_OR_NEARLY.fullmatch, self.columns[2:3]))
        return self.place is None and not lacks_score

    @property
    def may_be_decimal(self) -> bool:
        """Whether a comma may be within a score as well as between two of them."""
        return (
            self.separator == COMMA
            and len(self.columns) == 4
            and all(map(_DIGITS.fullmatch, self.columns[2:]))
        )


def read_similarities(lines: Iterable[str], path: str | None = None) -> list[Pair]:
    """Word pairs in any of the usual column forms, with or without a first line of names.

    The score is the first number after the two words, in the same column everywhere, so WordSim-353 and
    SimLex-999 both read; its decimals may stand after a comma, where no comma separates columns. A first
    column that only numbers the rows is left out.

    Raises: InputError naming a line without two words and a number.
    """
    rows = [_Row(number, *_pair_columns(line)) for number, line in _told(lines, path)]
    names = _names(rows)
    are_named = bool(names) and len(rows[0].columns) == len(rows[-1].columns)
    data = _without_numbers(rows[1:] if names else rows)
    place = data[0].place if data else None

    def refuse(row: _Row, message: str) -> InputError:
        return InputError(message, path=path, line=row.number, column=1)

    pairs: list[Pair] = []
    for row in data:
        columns = row.columns
        if place is None or len(columns) <= place or not (columns[0] and columns[1]):
            raise refuse(row, _what_lacks(row))
        score = _number(columns[place])
        if score is None:
            raise refuse(row, f"{columns[place]!r} is no number; expected two words and a score")
        if row.may_be_decimal and not are_named:
            two = ",".join(columns[2:])
            remedy = f"write {two.replace(',', '.')}, or separate the columns by tabs"
            raise refuse(row, f"{two} may be one score with a decimal comma or two scores; {remedy}")
        pairs.append(Pair(columns[0], columns[1], score))
    return pairs


def _names(rows: Sequence[_Row]) -> _Row | None:
    """The first row, if it is one of names: it has no number, or spaces are all that gives it one."""
    if not rows:
        return None
    first, *others = rows
    if first.may_be_names:
        return first
    is_odd = first.separator is SPACES and any(
        other.place is not None and other.place != first.place and len(other.columns) < len(first.columns)
        for other in others[:1]
    )
    return first if is_odd else None  # "Word 1 Word 2 Score"


def _without_numbers(rows: Sequence[_Row]) -> Sequence[_Row]:
    """The rows without their first column, if all it holds is their numbers, from 0 or 1 on."""
    first = [row.columns[0] for row in rows]
    are_numbered = len(rows) > 1 and any(
        first == [str(number) for number in range(start, start + len(rows))] for start in (0, 1)
    )
    if are_numbered and all((row.place or 0) > 2 for row in rows):
        return [replace(row, columns=row.columns[1:]) for row in rows]
    return rows


def _what_lacks(row: _Row) -> str:
    expected = "expected two words and a score"
    if len(row.columns) > 2 and all(row.columns[:2]):
        return f"{row.columns[2]!r} is no number; {expected}"
    return expected


def _pair_columns(line: str) -> tuple[str | None, list[str]]:
    """The columns of a line, and what separates them; a single comma may belong to the score."""
    for separator in (TAB, SEMICOLON, COMMA):
        if separator in line:
            columns = _columns(line, separator)
            if separator != COMMA or len(columns) > 2 or " " not in line:
                return separator, columns
    return SPACES, _columns(line, SPACES)


def _told(lines: Iterable[str], path: str | None) -> Iterator[tuple[int, str]]:
    """Each line that is neither empty nor a comment, with its number. Raises: InputError for JSON."""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith('{"'):
            message = "this is JSON; write the words in columns, separated by tabs"
            raise InputError(message, path=path, line=number, column=1)
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\r\n")


def _columns(line: str, separator: str | None) -> list[str]:
    if separator is SPACES:
        return [quoted or bare for quoted, bare in _SPACED.findall(line)]
    if '"' not in line:
        return [column.strip() for column in line.split(separator)]
    try:
        (columns,) = csv.reader([line], delimiter=separator, skipinitialspace=True)
    except csv.Error:  # a column of over 131,072 characters
        return [line]
    return [column.strip() for column in columns]


def _number(text: str) -> float | None:
    """The finite number that `text` is; None for other columns, a part of speech called "inf" among them."""
    try:
        value = float(_DECIMAL_COMMA.sub(r"\1.\2", text) if "_" not in text else "")
    except ValueError:
        return None
    return value if isfinite(value) else None
