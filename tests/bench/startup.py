"""`startup`: how long `--help` of each command takes over a bare interpreter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .figures import Figure, Measure
from .harness import NLPTOOL, PYTHON, Contestant, in_turns, run_child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .harness import Setting

REPEATS = 15
BARE = "python -c pass"
OVER_BARE = Measure(f"over {BARE}", "ms", at_most=60)
WALL = Measure("wall time", "ms")
_LIST_COMMANDS = "from cli.commands import COMMANDS; print(*COMMANDS)"


def run(setting: Setting) -> Iterator[Figure]:
    """Every command's `--help`, in turns with an interpreter that does nothing."""
    names = run_child(setting, [PYTHON, "-c", _LIST_COMMANDS]).stdout.split()
    lines = {"nlptool --help": [NLPTOOL, "--help"]}
    lines |= {f"nlptool {name} --help": [NLPTOOL, name, "--help"] for name in names}
    contestants = [
        Contestant(title, "cli", partial(_milliseconds, setting, line))
        for title, line in {BARE: [PYTHON, "-c", "pass"], **lines}.items()
    ]
    results = in_turns(contestants, setting.times(REPEATS))
    yield Figure("startup", BARE, WALL, peer="Python", theirs=tuple(results[BARE]))
    for title in lines:
        over = (ours - bare for ours, bare in zip(results[title], results[BARE], strict=True))
        yield Figure("startup", title, OVER_BARE, tuple(over))


def _milliseconds(setting: Setting, line: list[str], _round: int) -> float:
    return run_child(setting, line).wall * 1000
