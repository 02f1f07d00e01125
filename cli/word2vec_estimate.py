"""`nlptool w2v-train --dry-run`: what a training would need and take, measured on its first steps."""

from __future__ import annotations

import json
import math
import resource
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cli.streams import JSONL
from cli.writing import open_output
from nlp.training.step_loop import Watch

if TYPE_CHECKING:
    from cli.streams import Streams
    from nlp.models.word2vec import Preparation

_WARM_UP_STEPS = 5
_SECONDS = 2.0
_BYTES = 4  # of a float32 or int32
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class _EnoughError(Exception):
    """Enough steps have been measured."""


class _StopWatch:
    """Counts steps after a few to warm up, and ends the training once it has measured for long enough."""

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


def estimate(preparation: Preparation, workers: int) -> dict[str, Any]:
    """The size of a training and what it takes: bytes, and seconds for all its epochs on this machine."""
    run, corpus = preparation.run, preparation.corpus
    watch = _StopWatch()
    with suppress(_EnoughError):
        preparation.train(workers, Watch(on_boundary=watch.on_boundary))
    steps = math.ceil(run.tokens_per_epoch / run.plan.step_tokens) * run.epochs
    matrices = [matrix.size for matrix in preparation.objective.matrices]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES
    copies = 1 + (run.stopping is not None)  # of the matrices: the steps may not have touched all of them yet
    seconds = watch.seconds_per_step * steps
    return {
        "words": corpus.words_seen,
        "vocabulary": len(corpus.vocabulary),
        "parameters": sum(matrices),
        "memory_bytes": peak + copies * _BYTES * sum(matrices),
        "temporary_bytes": _BYTES * corpus.length,
        "model_bytes": _BYTES * sum(matrices),
        "steps": steps,
        "workers": preparation.team_size(workers),
        "seconds": round(seconds, 1) if math.isfinite(seconds) else 0.0,
    }


def tell_estimate(figures: dict[str, Any], streams: Streams) -> None:
    """One figure a line on stdout, as `name<TAB>value`, or one JSON object."""
    with open_output(None) as output:
        if streams.format == JSONL:
            output.write(json.dumps(figures) + "\n")
        else:
            output.write("".join(f"{name}\t{value}\n" for name, value in figures.items()))
