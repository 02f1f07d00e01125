"""What an error that ends the process is told as: the blame, and the way out."""

from __future__ import annotations

import errno
import os

import pytest

from cli.console import Console
from cli.main import _status

MEMORY = "out of memory; give it less data at a time, or a smaller model"
TOLD = {
    errno.ENOMEM: MEMORY,
    errno.EAGAIN: f"{os.strerror(errno.EAGAIN)}; raise ulimit -u, or lower --workers",
    errno.EMFILE: f"{os.strerror(errno.EMFILE)}; raise ulimit -n",
    errno.ENFILE: os.strerror(errno.ENFILE),
    errno.EIO: f"<stdout>: {os.strerror(errno.EIO)}",
    errno.ENOSPC: f"<stdout>: {os.strerror(errno.ENOSPC)}; free some space",
}


@pytest.mark.parametrize("number", TOLD)
def test_an_error_without_a_file_is_blamed_on_what_had_it(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Memory and processes are the machine's, and what is left can only have been written to stdout."""
    assert _status(OSError(number, os.strerror(number)), Console()) == 1
    assert capsys.readouterr() == ("", f"nlptool: {TOLD[number]}\n")


def test_an_error_of_a_file_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(OSError(errno.EMFILE, "Too many open files", "x"), Console()) == 1
    assert _status(MemoryError(), Console()) == 1
    told = f"nlptool: x: Too many open files; raise ulimit -n\nnlptool: {MEMORY}\n"
    assert capsys.readouterr().err == told
