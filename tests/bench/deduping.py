"""`deduping`: lines of English, a sixth of them changed copies; datasketch has the same bands."""

from __future__ import annotations

import random
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .figures import US, Figure, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, in_turns, module, run_child
from .texts import corpus, words_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .harness import Setting

REPEATS = 5
LINES = 20_000
WORDS, CHANGED = range(8, 31), range(1, 3)
THRESHOLD = 0.8
BANDS, ROWS = 21, 6
"""Those of nlptool at this threshold."""
DATASKETCH = "datasketch"
SPEED = Measure("speed", "lines/s", more_is_better=True)
CPU = Measure("processor time", "s")
PEAK = Measure("peak memory", "MB")
SAME = Measure("lines in the same group as datasketch's", "", more_is_better=True, at_least=0.999)


class Grouped(NamedTuple):
    """A whole command: lines a second, seconds, megabytes; where its groups are."""

    speed: float
    cpu: float
    peak: float
    output: Path


def run(setting: Setting) -> Iterator[Figure]:
    """Whole commands that read lines and tell the group of each."""
    text = lines_with_copies(setting.folder)
    peer = module("peer_dedupe", str(BANDS), str(ROWS), str(THRESHOLD))
    ours = [NLPTOOL, "dedupe", "--groups", "--threshold", str(THRESHOLD)]
    turns = [
        Contestant(US, "cli", partial(_grouped, setting, US, ours, text)),
        Contestant(DATASKETCH, DATASKETCH, partial(_grouped, setting, DATASKETCH, peer, text)),
    ]
    results = in_turns(turns, setting.times(REPEATS))
    subject = f"{LINES:,} lines, {BANDS} bands of {ROWS}"
    yield from comparisons("deduping", subject, SPEED, results, lambda run: run.speed)
    yield from comparisons("deduping", subject, CPU, results, lambda run: run.cpu)
    yield from comparisons("deduping", subject, PEAK, results, lambda run: run.peak)
    if results[DATASKETCH]:
        pairs = zip(_groups(results[US][0].output), _groups(results[DATASKETCH][0].output), strict=True)
        same = sum(one == other for one, other in pairs) / LINES
        yield Figure("deduping", subject, SAME, (same,))


def lines_with_copies(folder: Path) -> Path:
    """Lines of mix100m, in no order, a sixth of them copies in which a word or two are others."""
    generator = random.Random(1)  # noqa: S311
    words = words_of_file(corpus("en/mix100m.txt"), LINES * 200)
    lines = [list(islice(words, generator.choice(WORDS))) for _ in range(LINES - LINES // 6)]
    for _ in range(LINES // 6):
        copy = list(generator.choice(lines))
        for _ in range(generator.choice(CHANGED)):
            copy[generator.randrange(len(copy))] = "something"
        lines.append(copy)
    generator.shuffle(lines)
    path = folder / "lines.txt"
    path.write_text("".join(" ".join(line) + "\n" for line in lines), encoding="ascii")
    return path


def _grouped(setting: Setting, title: str, command: list[str], text: Path, _round: int) -> Grouped:
    output = setting.folder / f"{title}.groups"
    with text.open("rb") as source:
        done = run_child(setting, command, stdin=source, stdout=output)
    return Grouped(LINES / done.wall, done.cpu, done.peak_rss / MEGABYTE, output)


def _groups(path: Path) -> list[str]:
    with path.open(encoding="ascii") as file:
        return [line.partition("\t")[0] for line in file]
