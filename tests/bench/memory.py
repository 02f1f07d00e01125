"""`memory`: peak memory of `nlptool tokenize` must not grow with the length of the stream."""

from __future__ import annotations

import subprocess
from functools import partial
from typing import TYPE_CHECKING

from .figures import Figure, Measure
from .harness import MEGABYTE, NLPTOOL, Contestant, Run, in_turns, run_child
from .texts import english

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .harness import Setting

REPEATS = 3
TIMES = 40
SHORT, LONG = "5 MB", "200 MB"
PEAK = Measure("peak memory", "MB")
GROWTH = Measure("peak memory", "×", at_most=1.1)


def run(setting: Setting) -> Iterator[Figure]:
    """The same text once, and 40 times over, through a pipe."""
    text = english(setting.folder)
    turns = [
        Contestant(title, "cli", partial(_streamed, setting, text, times))
        for title, times in ((SHORT, 1), (LONG, TIMES))
    ]
    results = in_turns(turns, setting.times(REPEATS), warm_up=False)
    short, long = ([run.peak_rss / MEGABYTE for run in results[title]] for title in (SHORT, LONG))
    yield Figure("memory", f"tokenize, {SHORT}", PEAK, tuple(short))
    yield Figure("memory", f"tokenize, {LONG}", PEAK, tuple(long))
    growth = tuple(after / before for before, after in zip(short, long, strict=True))
    yield Figure("memory", f"tokenize, {LONG} over {SHORT}", GROWTH, growth)


def _streamed(setting: Setting, text: Path, times: int, _round: int) -> Run:
    with subprocess.Popen(["cat", *[str(text)] * times], stdout=subprocess.PIPE) as source:  # noqa: S607
        assert source.stdout is not None
        return run_child(
            setting, [NLPTOOL, "tokenize"], stdin=source.stdout, stdout=setting.folder / "stream.tokens"
        )
