"""The n-th system call of a command fails, for every n: told in one line, or without harm to the result."""

from __future__ import annotations

import builtins
import errno
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from cli.commands import cli
from cli.console import Console
from cli.main import _status
from tests.cli.running import SAMPLES
from tests.torture.promises import IS_LONG
from tests.torture.trainings import TRAININGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Figure
    from tests.torture.conftest import Filled

OLD = b"old"
CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
CALLS = ("open", "read", "write", "pread", "pwrite", "fsync", "fchmod", "ftruncate", "fstat", "replace")
TELLING = ("open", "replace")  # their errors hold the file's name
# Further ways to the same output, and trainings that save checkpoints on the way.
VARIANTS = {
    **{name: (name, *sample.arguments) for name, sample in SAMPLES.items()},
    "tokenize to .xz": ("tokenize", "-o", "{output}.xz"),
    "onehot to .npz": ("onehot", "-o", "{output}.npz"),
    "export to npy": ("export", "--to", "npy", "{model}", "-o", "{output}.npy"),
    "plot to .svg": ("plot", "-m", "{model}", "king", "queen", "dawn", "-o", "{output}.svg"),
    "w2v-train with checkpoints": (
        "w2v-train",
        *SAMPLES["w2v-train"].arguments,
        "--checkpoint-every",
        "1e-9",
    ),
    "w2v-train --phrases": ("w2v-train", *SAMPLES["w2v-train"].arguments, "--phrases"),
}
MANY = 40
"""From this call on, only every seventh fails in the quick form."""


class Faults:
    """System calls of which the `number`-th fails; `failed` is its name once it has."""

    def __init__(self, number: int, code: int) -> None:
        self.failed = ""
        self._left, self._code = number, code
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> Self:
        for name in CALLS:
            self._patch.setattr(os, name, self._wrapped(name, getattr(os, name)))
        self._patch.setattr(builtins, "open", self._wrapped("open", builtins.open))
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self.failed = name
                named = arguments[:1] if name in TELLING else ()
                raise OSError(self._code, os.strerror(self._code), *named)
            return call(*arguments, **options)

        return wrapped


@pytest.fixture
def as_stdin() -> Iterator[Callable[[bytes], None]]:
    """Make bytes the content of stdin."""
    before = os.dup(0)
    files: list[Any] = []

    def take(data: bytes) -> None:
        files.append(tempfile.TemporaryFile())  # noqa: SIM115  closed below
        files[-1].write(data)
        files[-1].flush()
        os.dup2(files[-1].fileno(), 0)

    yield take
    os.dup2(before, 0)
    os.close(before)
    for file in files:
        file.close()


def command(words: list[str]) -> int:
    """Run a command in this process, from the start of stdin; return its status."""
    os.lseek(0, 0, os.SEEK_SET)
    console = Console()
    try:
        return int(cli.main(words, "nlptool", standalone_mode=False, obj=console) or 0)
    except Exception as error:  # noqa: BLE001  as the entry point does
        return _status(error, console)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_system_call_of_a_command_may_fail(
    name: str,
    filled: Filled,
    tmp_path: Path,
    as_stdin: Callable[[bytes], None],
    capfdbinary: pytest.CaptureFixture[bytes],
    figure: Figure,
) -> None:
    words = filled(VARIANTS[name])
    output = Path(words[words.index("-o") + 1]) if "-o" in words else tmp_path / "output"
    words += ["-q", "-o", str(output)]
    as_stdin(SAMPLES[words[0]].stdin)
    assert command(words) == 0
    expected, files = output.read_bytes(), {path.name for path in tmp_path.iterdir()}
    failures = 0
    for code in CODES if IS_LONG or not name.startswith(tuple(TRAININGS)) else CODES[:1]:
        number = 1
        while True:
            output.write_bytes(OLD)
            capfdbinary.readouterr()
            with Faults(number, code) as faults:
                status = command(words)
            told = capfdbinary.readouterr().err.decode()
            found = output.read_bytes()
            where = f"{faults.failed} {number}: {told}"
            assert found in {OLD, expected}, where
            assert {path.name for path in tmp_path.iterdir()} <= files | {f"{output.name}.ckpt"}, where
            if status:
                assert (status, told.count("\n")) == (1, 1), where
                assert told.startswith("nlptool: "), where
                assert "internal error" not in told, where
                assert "<stdout>" not in told, where
            else:
                assert (found, told) == (expected, ""), where
            if not faults.failed:
                break
            failures += 1
            number += 1 if number < MANY or IS_LONG else 7
    assert failures > 10
    figure(7, f"{name} {failures}")
