"""Child processes, measured as a whole and taken in turns.

A child's peak memory, as the kernel tells it, is never below that of the process that started it. So this
process stays small: whatever needs NumPy or a peer is a child, and texts go from file to file.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
NLPTOOL = str(Path(PYTHON).with_name("nlptool"))
MEGABYTE = 1_000_000

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS")
"""Variables that say how many threads libraries may use."""

T = TypeVar("T")


class Skipped(Exception):  # noqa: N818  nothing went wrong: something is missing
    """A benchmark cannot run here, for the reason in the message."""


class ChildFailedError(Exception):
    """A child ended with a status other than 0."""


@dataclass(frozen=True)
class Setting:
    """How benchmarks are to run.

    Attributes: `folder` for their files; `repeats`, if the user said how many; `only`, what the subjects of
    all rows contain; `variables` that children find changed.
    """

    folder: Path
    repeats: int | None = None
    only: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def times(self, usual: int) -> int:
        """The number of repeats: `usual`, unless the user asked for another."""
        return self.repeats or usual

    def wants(self, subject: str) -> bool:
        """Whether rows of this subject are asked for."""
        return self.only in subject

    def environment(self) -> dict[str, str]:
        """A child's environment: one thread, temporary files in our folder, none of the user's models.

        All else that the user has set stays; `machine` tells what of it changes a library's speed.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NLPTOOL")}
        return {**kept, **self.variables, **dict.fromkeys(THREADS, "1"), "TMPDIR": str(self.folder)}


@dataclass(frozen=True)
class Run:
    """A child process from start to exit: seconds, bytes, and what it wrote."""

    wall: float
    cpu: float
    peak_rss: int
    stdout: str
    stderr: str


def run_child(
    setting: Setting,
    command: Sequence[str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: Path | None = None,
) -> Run:
    """Run `command` to its end; what it prints goes to the file `stdout`, or into the result.

    Raises: ChildFailedError with the last line of its stderr.
    """
    with (
        stdout.open("wb") if stdout else tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        started = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=stdin, stdout=output, stderr=errors, cwd=ROOT, env=setting.environment()
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        said, complaint = "" if stdout else _content(output), _content(errors)
    if child.returncode:
        last_line = complaint.strip().rpartition("\n")[2]
        raise ChildFailedError(f"{' '.join(command[:4])}: status {child.returncode}: {last_line}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _MAXRSS_UNIT, said, complaint)


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module beside this one."""
    return [PYTHON, "-m", f"tests.bench.{name}", *arguments]


@dataclass(frozen=True)
class Contestant(Generic[T]):
    """Somebody who can do the task: `run` does it once, told the number of the round, from 0."""

    title: str
    package: str
    run: Callable[[int], T]

    @property
    def is_installed(self) -> bool:
        """Whether its package can be imported; it isn't imported here."""
        return importlib.util.find_spec(self.package) is not None


def in_turns(
    contestants: Sequence[Contestant[T]], repeats: int, *, warm_up: bool = True
) -> Mapping[str, list[T]]:
    """The results of A B A B …, by title; an absent contestant has none.

    With `warm_up`, everybody runs once before the first round, so that files and bytecode are in the cache.
    """
    present = [contestant for contestant in contestants if contestant.is_installed]
    results: dict[str, list[T]] = {contestant.title: [] for contestant in contestants}
    if warm_up:
        for contestant in present:
            say(f"  warm-up: {contestant.title}")
            contestant.run(0)
    for number in range(repeats):
        for contestant in present:
            say(f"  round {number + 1} of {repeats}: {contestant.title}")
            results[contestant.title].append(contestant.run(number))
    return results


def say(text: str) -> None:
    """Tell the user how far we are, on stderr."""
    print(text, file=sys.stderr, flush=True)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
