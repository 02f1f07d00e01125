"""A signal ends the process as that signal, silently, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import Forked
from tests.cli.running import SAMPLES, environment, litter, run

if TYPE_CHECKING:
    from tests.cli.conftest import Arguments

every_reading_command = pytest.mark.parametrize(
    "name", [name for name, sample in SAMPLES.items() if sample.reads]
)


@every_reading_command
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_as_that_signal(
    name: str, number: signal.Signals, arguments: Arguments, tmp_path: Path
) -> None:
    target = tmp_path / "kept"
    target.write_bytes(b"old")
    reader, writer = os.pipe()
    process = Forked((*arguments(name), "-o", str(target)), reader)
    os.write(writer, SAMPLES[name].stdin)
    wait_until_reading(process.pid)
    os.kill(process.pid, number)
    result = process.ended()
    os.close(reader)
    os.close(writer)
    assert (result.returncode, result.stderr) == (-number, b"")
    assert target.read_bytes() == b"old"
    assert litter(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "module",
    [
        "cli.console",
        "cli.commands",
        "click.core",
        "cli.jobs.vector_queries",
        "nlp.vectors.files",
        "numpy.linalg",
    ],
)
def test_a_signal_while_modules_load_ends_it_silently(
    module: str, number: signal.Signals, model: Path, tmp_path: Path
) -> None:
    """What is raised there may be swallowed, or wrapped in another error: the process has to end at once."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            try:\n"
        f"                os.kill(os.getpid(), {number:d})\n"
        "            except BaseException:\n"
        "                pass  # as an exception in the callback of a module's lock is\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    paths = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    result = run("similar", "-m", str(model), "king", PYTHONPATH=paths)
    assert (result.returncode, result.stdout, result.stderr) == (-number, b"", b"")


def test_a_signal_while_an_error_is_told_ends_it_silently(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, click.exceptions\n"
        "click.exceptions.UsageError.format_message = lambda _: os.kill(os.getpid(), 15)\n"
    )
    paths = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    result = run("w2v-train", PYTHONPATH=paths)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGTERM, b"", b"")


def wait_until_reading(pid: int) -> None:
    """Until the child has taken its input and sleeps in the next read."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if "pipe" in Path(f"/proc/{pid}/wchan").read_text():
            return
        time.sleep(0.02)
    time.sleep(1)
