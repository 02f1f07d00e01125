"""The lines of an ARPA file as columns: logarithms, words, weights; and where each line stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, NoReturn

from nlp.errors import InputError
from nlp.wording import number_of

REMEDY = "write the file again with the tool that made it"

_BLOCK_BYTES = 1 << 20
_MAX_LINE_BYTES = 1 << 20
_AT_ONCE = 1 << 16  # lines
_SHOWN = 40  # characters of a word in a message


class Rows(NamedTuple):
    """Some consecutive n-grams of an order: the number of their first line, and their columns.

    A row that has no weight, log10 b, has the weight 0.
    """

    first_line: int
    log_p: list[float]
    words: list[list[bytes]]
    log_b: list[float]


class ArpaLines:
    """The lines of a file one after the other; `number` is that of the last one, from 1."""

    def __init__(self, path: str, read: Callable[[int], bytes]) -> None:
        self.path, self.number = path, 0
        self._blocks = self._read(read)
        self._lines: list[bytes] = []
        self._place = 0

    def next(self) -> bytes:
        """The next line that is not empty, without white space at its ends. Raises: InputError at the end."""
        while taken := self._take(1):
            if line := taken[0].strip():
                return line
        return self.refuse("the file ends here")

    def rows(self, order: int, count: int) -> Iterator[Rows]:
        """The next `count` lines, which are n-grams of an order, some at a time. Raises: InputError."""
        left = count
        while left:
            taken = self._take(min(left, _AT_ONCE))
            if not taken:
                self.refuse(f"the file ends here, with {number_of(left, f'{order}-gram')} to come")
            start = self.number + 1 - len(taken)
            fields = [line.split() for line in taken]
            self._check_lengths(fields, order, start, left)
            log_p = self._logarithms([one[0] for one in fields], start, highest=0.0)
            weights = [one[order + 1] if len(one) > order + 1 else b"0" for one in fields]
            log_b = self._logarithms(weights, start, highest=math.inf)
            yield Rows(start, log_p, [one[1 : order + 1] for one in fields], log_b)
            left -= len(taken)

    def refuse(self, what: str, line: int | None = None) -> NoReturn:
        """Raises: InputError, about a `line`, the last one unless said."""
        place = max(self.number, 1) if line is None else line
        raise InputError(f"{what}; {REMEDY}", path=self.path, line=place)

    def _take(self, most: int) -> list[bytes]:
        """The next lines, `most` of them at most; none at the end of the file."""
        if self._place == len(self._lines):
            self._lines, self._place = next(self._blocks, []), 0
        taken = self._lines[self._place : self._place + most]
        self._place += len(taken)
        self.number += len(taken)
        return taken

    def _read(self, read: Callable[[int], bytes]) -> Iterator[list[bytes]]:
        rest = b""
        while data := read(_BLOCK_BYTES):
            whole, end, last = data.rpartition(b"\n")
            if end:
                yield (rest + whole).split(b"\n")
                rest = last
                continue
            rest += data
            if len(rest) > _MAX_LINE_BYTES:
                self.refuse(f"a line of over {_MAX_LINE_BYTES >> 20} MiB", self.number + 1)
        if rest:
            yield [rest]

    def _check_lengths(self, fields: Sequence[list[bytes]], order: int, start: int, left: int) -> None:
        lengths = {order + 1, order + 2}
        if {len(one) for one in fields} <= lengths:
            return
        place = next(place for place, one in enumerate(fields) if len(one) not in lengths)
        missing = number_of(left - place, f"more {order}-gram")
        row = f"log10 P, {number_of(order, 'word')}, perhaps log10 b"
        found = number_of(len(fields[place]), "field")
        self.refuse(f"expected {missing} ({row}), found {found}", start + place)

    def _logarithms(self, numbers: Sequence[bytes], start: int, highest: float) -> list[float]:
        found = [_logarithm(number, highest) for number in numbers]
        if None in found:
            place = found.index(None)
            of = " of a probability" if highest == 0 else ""
            self.refuse(f"{shown(numbers[place])} is no logarithm{of}", start + place)
        return [one for one in found if one is not None]


def shown(text: bytes) -> str:
    """A word or a line, for a message."""
    told = text.decode("utf-8", "replace")
    return repr(told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…")


def _logarithm(number: bytes, highest: float) -> float | None:
    """A number, which may be -inf, or None for what is none, or too large."""
    try:
        found = float(number)
    except ValueError:
        return None
    return found if found <= highest and found < math.inf else None
