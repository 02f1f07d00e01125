"""The table of benchmarks. A new one is a file with a function, and a line here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import (
    filling,
    generation,
    latency,
    memory,
    recurrent,
    similar,
    startup,
    tagging,
    tokenizing,
    word_vectors,
)
from .figures import Figure
from .harness import ChildFailedError, Skipped, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .harness import Setting

BENCHMARKS: dict[str, Callable[[Setting], Iterator[Figure]]] = {
    "startup": startup.run,
    "similar": similar.run,
    "latency": latency.run,
    "memory": memory.run,
    "tokenize": tokenizing.in_process,
    "tokenize-command": tokenizing.whole_command,
    "fill": filling.run,
    "w2v": partial(word_vectors.run, word_vectors.EQUAL_RATES),
    "w2v-arch": partial(word_vectors.run, word_vectors.ARCHITECTURES),
    "w2v-large": partial(word_vectors.run, word_vectors.LARGE),
    "w2v-subwords": partial(word_vectors.run, word_vectors.SUBWORDS),
    "rnn": partial(recurrent.run, recurrent.TRAINING),
    "rnn-cells": partial(recurrent.run, recurrent.CELLS),
    "generate": generation.run,
    "tagging": tagging.run,
}


def run_all(names: Sequence[str], setting: Setting) -> list[Figure]:
    """The figures of the benchmarks `names`; one that cannot run is a figure that says why."""
    figures: list[Figure] = []
    for name in names:
        say(name)
        try:
            figures += BENCHMARKS[name](setting)
        except Skipped as reason:
            figures.append(Figure(name, "skipped", note=str(reason)))
        except ChildFailedError as error:
            figures.append(Figure(name, "failed", note=str(error)))
    return figures
