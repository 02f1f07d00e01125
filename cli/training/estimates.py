"""`--dry-run`: the memory, disk space and time that a training would take, measured on its first steps."""

from __future__ import annotations

import math
import re
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.io.printers import ESTIMATE
from cli.io.writing import open_output
from cli.machine import memory
from nlp.training.loop import Watch, train

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.training.learner import Learner
    from nlp.training.progress import Progress

_ORDER = (
    *("words", "tokens", "vocabulary", "parameters", "memory_bytes", "temporary_bytes", "model_bytes"),
    *("steps", "workers", "seconds"),
)
_WARM_UP_STEPS = 5
_SECONDS = 2.0
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


class _EnoughError(Exception):
    """Enough steps have been measured."""


class _StopWatch:
    """Times the steps that follow the first few, which warm up, and ends the training after `_SECONDS`.

    Steps so slow that the first few take longer than that are timed themselves.
    """

    def __init__(self) -> None:
        self._steps, self._is_warm = 0, False
        self._started = time.perf_counter()
        self.seconds_per_step = math.nan
        self.epochs_ended = 0

    def on_progress(self, progress: Progress) -> None:
        """Note the end of an epoch."""
        self.epochs_ended += progress.epoch_done

    def on_boundary(self, _state: object) -> None:
        """Count a step."""
        now = time.perf_counter()
        self._steps += 1
        if now - self._started >= _SECONDS:
            self.seconds_per_step = (now - self._started) / self._steps
            raise _EnoughError
        if self._is_warm:
            self.seconds_per_step = (now - self._started) / self._steps
        elif self._steps == _WARM_UP_STEPS:
            self._steps, self._is_warm, self._started = 0, True, now


def foretell(streams: Streams, size: Mapping[str, Any], least: int) -> bool:
    """Tell at once what follows from the settings: the steps of a large model take minutes to measure.

    A model for which this machine has too little memory is not even made: then `size` and the `least` memory
    are the whole estimate.

    Returns: whether there is room to measure the rest
    """
    console, parameters = streams.console, size["parameters"]
    has_room = has_memory(console, least)
    console.tell(
        f"{parameters:,} parameters, memory of {least:,} bytes at least; "
        f"{'measuring the first steps' if has_room else 'no step is measured'}",
        {"parameters": parameters, "least_memory_bytes": least},
    )
    if not has_room:
        tell_estimate({**size, "memory_bytes": least}, streams)
    return has_room


def has_memory(console: Console, least: int) -> bool:
    """Whether this machine has so many bytes of memory; a warning tells if not."""
    total = memory()
    if least > total:
        console.warn(f"{least:,} bytes of memory are needed at least, and this machine has {total:,}")
    return least <= total


def estimate(learner: Learner[Any], size: Mapping[str, Any], workers: int) -> dict[str, Any]:
    """The `size` of a training, the bytes that it needs, and the seconds of all its epochs on this machine.

    The seconds are of training steps only: an evaluation on held-out text after each epoch comes on top.
    """
    watch = _StopWatch()
    alone = peak_bytes()
    with suppress(_EnoughError):
        train(learner, workers, Watch(watch.on_progress, watch.on_boundary))
    steps, team = learner.steps_per_epoch * learner.epochs, learner.processes(workers)
    for weights in learner.learnt:
        weights.sum()  # memory counts once it is touched, and those steps did not touch all
    private = max(peak_bytes() - alone, 0)
    kept = learner.rehearse_epoch_end()
    if learner.epochs == 1 or watch.epochs_ended > 1:
        kept = 0  # it counts where a second epoch ends, with what that takes: never, or it was measured
    return {
        **size,
        "memory_bytes": peak_bytes() + kept + (team - 1) * private,
        "steps": steps,
        "workers": team,
        "seconds": round(watch.seconds_per_step * steps, 1) if math.isfinite(watch.seconds_per_step) else 0.0,
    }


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


def tell_estimate(figures: dict[str, Any], streams: Streams) -> None:
    """One figure a line on stdout, as `name<TAB>value`, or one JSON object."""
    with open_output(None) as output:
        output.write(streams.printer(ESTIMATE)({name: figures[name] for name in _ORDER if name in figures}))
