"""The terminal of stderr: whether a bar can be drawn on it, and how wide that may be."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console as Terminal

_WITHOUT_CURSOR = {"", "dumb", "unknown"}
"""What TERM says of a terminal that cannot move its cursor: it gets plain lines, as a pipe does."""
_LINES = 24  # of the terminal; no bar is higher than one


def has_cursor() -> bool:
    """Whether stderr is a terminal on which a line can be drawn anew."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in _WITHOUT_CURSOR


def terminal_of_stderr() -> Terminal:
    """What rich draws on."""
    from rich.console import Console as Terminal

    return Terminal(file=cast("TextIO", _Display(sys.stderr)), width=columns(), height=_LINES)


class _Display:
    """The terminal as a file, which may be closed at any moment: work goes on without it."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self.encoding = terminal.encoding

    def write(self, text: str) -> int:
        """Show `text`, or nothing."""
        with suppress(OSError, ValueError):
            self._terminal.write(text)
        return len(text)

    def flush(self) -> None:
        """Show what waits, or nothing."""
        with suppress(OSError, ValueError):
            self._terminal.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal: it was when this was made."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._terminal.fileno()


def columns() -> int:
    """How wide the terminal of stderr is; 80 where it does not say."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def widest(columns: int, *lines: tuple[str, ...]) -> str:
    """The first of `lines` that fits, else the last: no line is cut in the middle of a number."""
    joined = ["  ".join(parts) for parts in lines]
    return next((line for line in joined if len(line) <= columns), joined[-1])


def clock(seconds: float) -> str:
    """Seconds as a clock shows them: 0:05, 12:00, 3:00:00."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
