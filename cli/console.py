"""What a command says beside its data: warnings and notes, on stderr only, as loud as the user asked."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nlp.wording import Message

PROGRAM = "nlptool"

_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")  # how Python holds the bytes of a file name that is not UTF-8
_LONGEST = 1 << 13  # characters of a message, which may quote a line of many megabytes


@dataclass
class Console:
    """What one run says on stderr. `verbose` 1 adds notes, 2 adds the traceback of an error."""

    quiet: bool = False
    verbose: int = 0
    progress: bool = True
    log_json: bool = False

    def warn(self, message: str) -> None:
        """Something the user should know and can change; the run goes on."""
        if not self.quiet:
            told = with_flags(message)
            say_json({"warning": told}) if self.log_json else say(f"warning: {told}")

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


def say_json(record: dict[str, Any]) -> None:
    """One JSON line on stderr, never shortened, since a program reads it."""
    import json

    with suppress(OSError, ValueError):
        sys.stderr.write(json.dumps(record) + "\n")
        _flush()


def say(message: str) -> None:
    """One line on stderr. If stderr cannot be written, go on: the data and the exit status still count."""
    if len(message) > _LONGEST:
        message = f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"
    with suppress(OSError, ValueError):
        message = _ESCAPED_BYTE.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", message)
        line = f"{PROGRAM}: {message}\n".encode("utf-8", "backslashreplace")
        sys.stderr.buffer.write(line)
        _flush()


def _flush() -> None:
    from cli.readiness import WRITABLE, when_ready

    when_ready(sys.stderr.fileno(), WRITABLE, sys.stderr.flush)
