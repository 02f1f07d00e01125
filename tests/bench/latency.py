"""`latency`: with stdin kept open, how soon after a line is written its record comes out."""

from __future__ import annotations

import os
import select
import subprocess
import time
from itertools import islice
from statistics import median
from typing import IO, TYPE_CHECKING

from .figures import US, Figure, Measure
from .harness import NLPTOOL, ChildFailedError, Contestant, in_turns
from .texts import english

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .harness import Setting

REPEATS = 3
LINES = 200
GIVE_UP = 10.0
MEDIAN = Measure("median", "ms", at_most=50)
LONGEST = Measure("longest", "ms", at_most=50)


def run(setting: Setting) -> Iterator[Figure]:
    """200 lines through one `nlptool tokenize`, each waited for; the first waits for the start too."""
    with english(setting.folder).open("rb") as file:
        lines = list(islice(file, LINES + 1))
    turns = [Contestant(US, "cli", lambda _: waits(setting, lines)[1:])]
    results = in_turns(turns, setting.times(REPEATS), warm_up=False)[US]
    subject = f"tokenize, {LINES} lines through an open pipe"
    yield Figure("latency", subject, MEDIAN, tuple(median(times) * 1000 for times in results))
    yield Figure("latency", subject, LONGEST, tuple(max(times) * 1000 for times in results))


def waits(setting: Setting, lines: Sequence[bytes]) -> list[float]:
    """Seconds from writing each line to having read its record."""
    command = [NLPTOOL, "tokenize"]
    with subprocess.Popen(
        command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=setting.environment()
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            return [_wait(child.stdin, child.stdout, line) for line in lines]
        except ChildFailedError:
            child.kill()
            raise
        finally:
            child.stdin.close()


def _wait(stdin: IO[bytes], stdout: IO[bytes], line: bytes) -> float:
    started = time.perf_counter()
    stdin.write(line)
    record = b""
    while not record.endswith(b"\n"):
        ready, _, _ = select.select([stdout], [], [], GIVE_UP)
        piece = os.read(stdout.fileno(), 1 << 16) if ready else b""
        if not piece:
            raise ChildFailedError(f"nlptool tokenize: no record within {GIVE_UP:.0f} s of its line")
        record += piece
    seconds = time.perf_counter() - started
    if b"".join(record.split()) != b"".join(line.split()):
        raise ChildFailedError(f"nlptool tokenize: {record!r} is not the record of {line!r}")
    return seconds
