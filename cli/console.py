"""What a command says beside its data: warnings and notes, on stderr only, as loud as the user asked."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Self

from cli.translation import translated
from nlp.wording import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "nlptool"
INFO, WARNING, ERROR = "info", "warning", "error"
"""Levels of what --log-json writes."""

_ESCAPED_BYTES = re.compile("[\udc80-\udcff]+")  # how Python holds bytes that the locale cannot tell
_ERASE_REST = "\x1b[K"
_is_status_shown = False
_LONGEST = 1 << 13  # characters of a message, which may quote a line of many megabytes


@dataclass
class Console:
    """What one run says on stderr. `verbose` 1 adds notes, 2 adds the traceback of an error."""

    quiet: bool = False
    verbose: int = 0
    progress: bool = True
    log_json: bool = False
    figures: dict[str, Any] = field(default_factory=dict)
    """The final figures of a training."""

    @classmethod
    def for_words(cls, words: Sequence[str]) -> Self:
        """That of a command line before it is parsed: what is wrong with it is told in JSON too."""
        return cls(log_json="--log-json" in takewhile("--".__ne__, words))

    def warn(self, message: str) -> None:
        """Something the user should know and can change; the run goes on."""
        if not self.quiet:
            told = with_flags(message)
            say_json({"warning": told}, WARNING) if self.log_json else say(translated(f"warning: {told}"))

    def fail(self, message: str) -> None:
        """What is wrong; it is told however quiet the run is to be."""
        say_json({"error": message}, ERROR) if self.log_json else say(translated(message))

    def tell(self, message: str, record: dict[str, Any]) -> None:
        """Something the user asked for beside the data: `message`, or with --log-json `record`."""
        if not self.quiet:
            say_json(record) if self.log_json else say(message)

    def note(self, message: str) -> None:
        """A detail for those who asked with -v."""
        if self.verbose and not self.quiet:
            say_json({"note": message}) if self.log_json else say(message)


def flag_of(setting: str) -> str:
    """The flag of a setting, as options are made from settings: --min-count of min_count."""
    return f"--{setting.replace('_', '-')}"


def with_flags(message: str) -> str:
    """`message` with the settings that it names, if it is one of `nlp`, as flags."""
    return message.named(flag_of) if isinstance(message, Message) else message


def show_status(line: str) -> None:
    """A line on the terminal of stderr that the next one takes the place of; whatever is said clears it."""
    global _is_status_shown  # noqa: PLW0603  of the one terminal that a process has
    _is_status_shown = True
    _write(f"\r{line}{_ERASE_REST}")


def clear_status() -> None:
    """Take away the line of `show_status`, if there is one."""
    global _is_status_shown  # noqa: PLW0603  as above
    if _is_status_shown:
        _is_status_shown = False
        _write(f"\r{_ERASE_REST}")


def _write(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.buffer.write(text.encode("utf-8", "backslashreplace"))
        _flush()


def say_json(record: dict[str, Any], level: str = INFO) -> None:
    """One JSON line on stderr, with its time (UTC) and level, never shortened, since a program reads it."""
    import json
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with suppress(OSError, ValueError):
        sys.stderr.write(json.dumps({"time": now, "level": level, **record}) + "\n")
        _flush()


def say(message: str) -> None:
    """One line on stderr. If stderr cannot be written, go on: the data and the exit status still count."""
    clear_status()
    if len(message) > _LONGEST:
        message = f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"
    _write(f"{PROGRAM}: {_ESCAPED_BYTES.sub(_shown_bytes, message)}\n")


def _shown_bytes(escaped: re.Match[str]) -> str:
    """The text, where the bytes are UTF-8; of any others their numbers."""
    return os.fsencode(escaped[0]).decode("utf-8", "backslashreplace")


def _flush() -> None:
    from cli.readiness import WRITABLE, when_ready

    when_ready(sys.stderr.fileno(), WRITABLE, sys.stderr.flush)
