"""How far the input has been read, told on stderr once it takes longer than a second."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.console import clear_status, say_json, show_status
from cli.terminal import clock, columns, has_cursor, widest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.console import Console

    Read = Callable[[int], bytes]

PATIENCE = 1.0  # seconds, after which a user wants to know
DRAWN_EVERY, TOLD_EVERY = 0.125, 1.0  # seconds
_SLOW, _FAST = 0.2, 0.05  # seconds that a chunk takes, over which it is halved, under which doubled
_FIRST_CHUNK, _SMALLEST_CHUNK, _LARGEST_CHUNK = 1 << 13, 1 << 9, 1 << 22
_BAR = 24


@dataclass
class Meter:
    """The input of a run: a bar on a terminal, unless data goes there; JSON each second with --log-json.

    What is read at once follows how long it takes, so that the bar moves where a line takes seconds.
    """

    console: Console
    is_in_the_way: bool = False
    """Whether data is written to the terminal, between the lines of which no bar can stand."""
    _total: int | None = 0
    _read: int = 0
    _chunk: int = _FIRST_CHUNK
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _latest: float = field(default_factory=time.monotonic)

    def begin(self, paths: Sequence[str]) -> None:
        """These files come next."""
        sizes = [_size_of(path) for path in paths]
        self._total = None if None in sizes else sum(filter(None, sizes))
        self._read, self._began = 0, time.monotonic()

    def metered(self, read: Read) -> Read:
        """`read`, which is told of; as it is where nothing can be shown."""
        console = self.console
        is_drawn = console.progress and not console.quiet and not self.is_in_the_way and has_cursor()
        if not is_drawn and not console.log_json:
            return read

        def read_some(size: int) -> bytes:
            self._adapt()
            data = read(min(size, self._chunk))
            self._latest = time.monotonic()
            self._tell()
            self._read += len(data)
            return data

        return read_some

    def end(self) -> None:
        """All has been read."""
        clear_status()

    def _adapt(self) -> None:
        taken = time.monotonic() - self._latest
        if taken > _SLOW:
            self._chunk = max(_SMALLEST_CHUNK, self._chunk >> 1)
        elif taken < _FAST:
            self._chunk = min(_LARGEST_CHUNK, self._chunk << 1)

    def _tell(self) -> None:
        now, console = time.monotonic(), self.console
        elapsed = now - self._began
        if elapsed < PATIENCE or now - self._shown < (TOLD_EVERY if console.log_json else DRAWN_EVERY):
            return
        self._shown = now
        if console.log_json:
            told = {
                "read_bytes": self._read,
                "total_bytes": self._total,
                "elapsed_seconds": round(elapsed, 3),
            }
            say_json(told)
        else:
            show_status(self._line(elapsed, columns() - 1))

    def _line(self, elapsed: float, room: int) -> str:
        rate = f"{self._read / elapsed / 1e6:.2f} MB/s"
        if not self._total:
            return widest(room, (f"{self._read / 1e6:,.1f} MB read", rate), (rate,))
        percent, bar, left = parts_of_bar(min(1.0, self._read / self._total), elapsed)
        return widest(room, (percent, bar, rate, left), (percent, bar, left), (percent, left), (percent,))


def parts_of_bar(share: float, elapsed: float) -> tuple[str, str, str]:
    """The percentage of what is done, a bar, and how long the rest takes after so many `elapsed` seconds."""
    left = f"ETA {clock(elapsed * (1 - share) / share)}" if share else "ETA –"
    return f"{share:4.0%}", f"[{'=' * int(share * _BAR):{_BAR}}]", left


def beside(console: Console, output: str | None) -> Meter:
    """The meter of a run that writes to `output`, or to stdout."""
    with suppress(OSError, ValueError, AttributeError):
        return Meter(console, is_in_the_way=output is None and sys.stdout.isatty())
    return Meter(console)


def _size_of(path: str) -> int | None:
    """The size of a regular file, or of what stdin is redirected from; None for a pipe."""
    try:
        status = os.fstat(0) if path == "-" else os.stat(path)  # noqa: PTH116  the user's string
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
