"""Running `nlptool` as a process of its own that is forked from one that has loaded it.

It is a real process, with descriptors, signals, a folder and an environment, and it goes through `main`. What
it leaves out is the start of an interpreter, which costs ten times as much as most commands; tests of that
start use `tests.cli.running`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from tests.cli.nursery import CLOSED, NUMBER
from tests.cli.running import TIMEOUT, environment

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CLOSED", "Forked", "run"]


def run(
    *arguments: str,
    stdin: bytes | int = b"",
    stdout: int | None = None,
    stderr: int | None = None,
    cwd: Path | None = None,
    seconds: int = TIMEOUT,
    **changes: str,
) -> CompletedProcess[bytes]:
    """Run a command to its end; what it wrote to a stdout and stderr that are not given is in the result.

    Each of the three is a descriptor or `CLOSED`; bytes as `stdin` come through a pipe. `changes` are of the
    environment: those that only an interpreter reads as it starts (PYTHON…, LC_ALL) have no effect. After so
    many `seconds` it ends by SIGALRM.
    """
    if not isinstance(stdin, bytes):
        return Forked(arguments, stdin, stdout, stderr, cwd, changes, seconds).ended()
    reader, writer = os.pipe()
    try:
        process = Forked(arguments, reader, stdout, stderr, cwd, changes, seconds)
    finally:
        os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "wb") as pipe:
        pipe.write(stdin)
    return process.ended()


class Forked:
    """A command that runs; its stdout and stderr are read when it has ended."""

    def __init__(
        self,
        arguments: tuple[str, ...],
        stdin: int,
        stdout: int | None = None,
        stderr: int | None = None,
        cwd: Path | None = None,
        changes: Mapping[str, str] | None = None,
        seconds: int = TIMEOUT,
    ) -> None:
        self._arguments = arguments
        self._captured = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  closed by `ended`
        given = [
            file.fileno() if number is None else number
            for number, file in zip((stdout, stderr), self._captured, strict=True)
        ]
        descriptors = [stdin, *given]
        request = {
            "arguments": arguments,
            "environment": environment(**(changes or {})),
            "folder": str(cwd or os.getcwd()),  # noqa: PTH109  as the process has it, links and all
            "seconds": seconds,
            "closed": [number == CLOSED for number in descriptors],
        }
        self._told, teller = os.pipe()
        try:
            there = [number for number in descriptors if number != CLOSED]
            socket.send_fds(_nursery(), [json.dumps(request).encode()], [*there, teller])
        finally:
            os.close(teller)
        self.pid = self._number()

    def _number(self) -> int:
        told = os.read(self._told, NUMBER.size)
        assert len(told) == NUMBER.size, "the nursery has died"
        number: int = NUMBER.unpack(told)[0]
        return number

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end for so long at most; return whether it has come."""
        return bool(select.select([self._told], [], [], seconds)[0])

    def signalled(self, number: signal.Signals) -> CompletedProcess[bytes]:
        """Send it a signal, unless it has ended, and wait for its end as `ended` does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return self.ended()

    def ended(self) -> CompletedProcess[bytes]:
        """Wait for the end; return the status, negative for a signal, and what was written."""
        status = self._number()
        os.close(self._told)
        written = []
        for file in self._captured:
            with file:
                file.seek(0)
                written.append(file.read())
        return CompletedProcess(self._arguments, os.waitstatus_to_exitcode(status), *written)


@cache
def _nursery() -> socket.socket:
    """The socket of a nursery, which ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.cli.nursery", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment(),
        )

    def close() -> None:
        ours.close()
        process.wait()

    atexit.register(close)
    return ours
