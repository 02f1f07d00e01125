"""The lines of an ARPA file as columns: logarithms, words, weights; and where each line stands."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.wording import number_of

Logarithms = npt.NDArray[np.float64]

REMEDY = "write the file again with the tool that made it"

_BLOCK_BYTES = 1 << 20
_MAX_LINE_BYTES = 1 << 20
_AT_ONCE = 1 << 16  # lines
_SHOWN = 40  # characters of a word in a message


class Rows(NamedTuple):
    """Some consecutive n-grams of an order, N of them: the number of their first line, and their columns.

    Attributes: `log_p` (N,), log10 P; `words`, the first word of each, the second of each, and so on; `log_b`
    (N,), log10 of the weight, 0 in a row that has none.
    """

    first_line: int
    log_p: Logarithms
    words: list[list[bytes]]
    log_b: Logarithms


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
            lengths = [len(line.split()) for line in taken]
            self._check_lengths(lengths, order, start, left)
            whole = [
                line if length > order + 1 else line + b" 0"
                for line, length in zip(taken, lengths, strict=True)
            ]
            fields = b" ".join(whole).split()  # all at once: a fraction of the time that lines take
            log_p, *words, log_b = (fields[column :: order + 2] for column in range(order + 2))
            of_rows = self._logarithms(log_p, start, highest=0.0)
            yield Rows(start, of_rows, words, self._logarithms(log_b, start, highest=math.inf))
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

    def _check_lengths(self, lengths: Sequence[int], order: int, start: int, left: int) -> None:
        allowed = {order + 1, order + 2}
        if set(lengths) <= allowed:
            return
        place = next(place for place, length in enumerate(lengths) if length not in allowed)
        missing = number_of(left - place, f"more {order}-gram")
        row = f"log10 P, {number_of(order, 'word')}, perhaps log10 b"
        found = number_of(lengths[place], "field")
        self.refuse(f"expected {missing} ({row}), found {found}", start + place)

    def _logarithms(self, numbers: Sequence[bytes], start: int, highest: float) -> Logarithms:
        found = _parsed(numbers)
        if len(found) == len(numbers) and (found <= highest).all() and (found < math.inf).all():
            return found
        for line, number in enumerate(numbers, start):
            parsed = _parsed([number])
            if len(parsed) != 1 or not (parsed[0] <= highest and parsed[0] < math.inf):
                of = " of a probability" if highest == 0 else ""
                self.refuse(f"{shown(number)} is no logarithm{of}", line)
        return found


def shown(text: bytes) -> str:
    """A word or a line, for a message."""
    told = text.decode("utf-8", "replace")
    return repr(told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…")


def _parsed(numbers: Sequence[bytes]) -> Logarithms:
    """The numbers, or fewer of them where one is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # older NumPy warned instead of raising
            return np.fromstring(b" ".join(numbers), np.float64, sep=" ")
    except (ValueError, DeprecationWarning):
        return np.zeros(0)
