"""`sharing`: whole commands on a cluster of two workers of this machine, beside the same commands alone.

The text is mix100m in lines of 1,000 words, ten times over: a gigabyte, from which on a cluster is worth its
start. The outputs are compared.
"""

from __future__ import annotations

import filecmp
from functools import partial
from typing import TYPE_CHECKING

from .figures import US, Figure, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, ChildFailedError, Contestant, in_turns, run_child
from .texts import word2vec_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .harness import Setting

REPEATS = 2
TIMES, BYTES = 10, 100_000_000
WORKERS = 2
ALONE = "alone"
COMMANDS = ("tokenize", "vocab")
SPEED = Measure("speed", "MB/s", more_is_better=True)
START = Measure("a line, whole command", "s")


def run(setting: Setting) -> Iterator[Figure]:
    """Speeds of both, and what the start of a cluster costs."""
    text = _text(setting.folder)
    size = text.stat().st_size / MEGABYTE
    for command in COMMANDS:
        subject = f"{command}, {size:,.0f} MB, {WORKERS} workers"
        if not setting.wants(subject):
            continue
        outputs = {title: setting.folder / f"{command}-{title}" for title in (US, ALONE)}
        turns = [
            Contestant(US, "distributed", partial(_speed, setting, text, outputs[US], _cluster(command))),
            Contestant(ALONE, "cli", partial(_speed, setting, text, outputs[ALONE], [NLPTOOL, command])),
        ]
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("sharing", subject, SPEED, results, float)
        if results[US] and not filecmp.cmp(outputs[US], outputs[ALONE], shallow=False):
            raise ChildFailedError(f"{command}: the outputs differ")
    line = setting.folder / "line.txt"
    line.write_text("one line\n")
    starts = [
        run_child(setting, [*_cluster("tokenize"), str(line)]).wall for _ in range(setting.times(REPEATS))
    ]
    yield Figure("sharing", f"{WORKERS} workers", START, tuple(starts))


def _cluster(command: str) -> list[str]:
    return [NLPTOOL, command, "--cluster", f"local:{WORKERS}"]


def _text(folder: Path) -> Path:
    once, path = word2vec_text(folder, BYTES), folder / "gigabyte.txt"
    with path.open("wb") as file:
        for _ in range(TIMES):
            file.write(once.read_bytes())
    return path


def _speed(setting: Setting, text: Path, output: Path, command: list[str], _round: int) -> float:
    done = run_child(setting, [*command, "-q", "-o", str(output), str(text)])
    return text.stat().st_size / MEGABYTE / done.wall
