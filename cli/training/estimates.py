"""`--dry-run`: the memory, disk space and time that a training would take, measured on its first steps."""

from __future__ import annotations

import json
import math
import re
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.io.streams import JSONL
from cli.io.writing import open_output
from nlp.training.step_loop import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.io.streams import Streams

_WARM_UP_STEPS = 5
_SECONDS = 2.0
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


class _EnoughError(Exception):
    """Enough steps have been measured."""


class _StopWatch:
    """Times the steps that follow the first few, which warm up, and ends the training after `_SECONDS`."""

    def __init__(self) -> None:
        self._steps = -_WARM_UP_STEPS
        self._started = time.perf_counter()
        self.seconds_per_step = math.nan

    def on_boundary(self, _state: object) -> None:
        """Count a step."""
        now = time.perf_counter()
        self._steps += 1
        if self._steps <= 0:
            self._started = now
            return
        self.seconds_per_step = (now - self._started) / self._steps
        if now - self._started >= _SECONDS:
            raise _EnoughError


def seconds_per_step(train: Callable[[Watch], object]) -> float:
    """Train for a short while and return the seconds of a step; NaN if the training has too few steps."""
    watch = _StopWatch()
    with suppress(_EnoughError):
        train(Watch(on_boundary=watch.on_boundary))
    return watch.seconds_per_step


def peak_bytes() -> int:
    """The most memory that this process has used so far.

    `getrusage` is only the fallback: on Linux it includes what the parent process, perhaps a notebook of
    gigabytes, was using when it started this one.
    """
    with suppress(OSError):
        found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES


def rounded_seconds(seconds: float) -> float:
    """Seconds rounded for the user; 0 where the training was too short to measure."""
    return round(seconds, 1) if math.isfinite(seconds) else 0.0


def tell_estimate(figures: dict[str, Any], streams: Streams) -> None:
    """One figure a line on stdout, as `name<TAB>value`, or one JSON object."""
    with open_output(None) as output:
        if streams.format == JSONL:
            output.write(json.dumps(figures) + "\n")
        else:
            output.write("".join(f"{name}\t{value}\n" for name, value in figures.items()))
