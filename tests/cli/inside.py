"""Running `nlptool` inside the test's process: a hundredth of the cost, for what needs no signals."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cli.console import Console
from cli.main import _run, _status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Nlptool = Callable[..., "Outcome"]


class Outcome(NamedTuple):
    """What a run left: its status, and all that it wrote."""

    status: int
    stdout: str
    stderr: str


@pytest.fixture
def nlptool(capfdbinary: pytest.CaptureFixture[bytes]) -> Nlptool:
    """Run a command with `stdin`, a text or bytes."""

    def run(*arguments: str, stdin: str | bytes = b"") -> Outcome:
        with _standing_in_for_stdin(stdin.encode() if isinstance(stdin, str) else stdin):
            console = Console.for_words(arguments)
            try:
                status = _run(list(arguments), console)
            except Exception as error:  # noqa: BLE001  as the entry point does
                status = _status(error, console)
        stdout, stderr = capfdbinary.readouterr()
        return Outcome(status, stdout.decode(), stderr.decode())

    return run


@contextmanager
def _standing_in_for_stdin(data: bytes) -> Iterator[None]:
    before = os.dup(0)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        os.dup2(file.fileno(), 0)
        try:
            yield
        finally:
            os.dup2(before, 0)
            os.close(before)
