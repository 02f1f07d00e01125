"""Running `nlptool` as a process of its own that is forked from the test's.

It is a real process, with descriptors, signals, a folder and an environment, and it goes through `main`. What
it leaves out is the start of an interpreter, which costs ten times as much as most commands; tests of that
start use `tests.cli.running`.
"""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import cli
import nlp
from cli.main import main
from tests.cli.running import TIMEOUT, environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import NoReturn

for _package in (cli, nlp):  # loaded once here rather than in every process
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)

CLOSED = -1
"""In place of a descriptor: the process has none of that number."""


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
        self.pid = os.fork()
        if not self.pid:
            _become([stdin, *given], arguments, cwd, environment(**(changes or {})), seconds)

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end for so long at most; return whether it has come."""
        until = time.monotonic() + seconds
        while not os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            if time.monotonic() >= until:
                return False
            time.sleep(0.002)
        return True

    def signalled(self, number: signal.Signals) -> CompletedProcess[bytes]:
        """Send it a signal, and wait for its end as `ended` does."""
        os.kill(self.pid, number)
        return self.ended()

    def ended(self) -> CompletedProcess[bytes]:
        """Wait for the end; return the status, negative for a signal, and what was written."""
        _, status = os.waitpid(self.pid, 0)
        written = []
        for file in self._captured:
            with file:
                file.seek(0)
                written.append(file.read())
        return CompletedProcess(self._arguments, os.waitstatus_to_exitcode(status), *written)


def _become(
    descriptors: list[int],
    arguments: tuple[str, ...],
    cwd: Path | None,
    variables: dict[str, str],
    seconds: int,
) -> NoReturn:
    """Turn this process, just forked, into one that runs the command, and end it."""
    status = 1
    try:
        signal.alarm(seconds)
        _take(descriptors)
        os.environ.clear()
        os.environ.update(variables)
        if cwd:
            os.chdir(cwd)
        sys.argv = ["nlptool", *arguments]
        warnings.simplefilter("error")
        main()
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
    finally:
        os._exit(status)


def _take(descriptors: list[int]) -> None:
    """Make `descriptors` the standard ones, and the text streams of Python what they are at its start."""
    copies = [CLOSED if number == CLOSED else os.dup(number) for number in descriptors]
    for number, copy in enumerate(copies):
        if copy == CLOSED:
            os.close(number)
        else:
            os.dup2(copy, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdin, sys.stdout, sys.stderr = (
        None if copy == CLOSED else _text_stream(number) for number, copy in enumerate(copies)
    )


def _text_stream(number: int) -> io.TextIOWrapper:
    errors = "backslashreplace" if number == 2 else "strict"
    file = open(number, "rb" if number == 0 else "wb", closefd=False)  # noqa: SIM115  lives as long as the process
    return io.TextIOWrapper(file, "utf-8", errors, line_buffering=number == 2 or file.isatty())
