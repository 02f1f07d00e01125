"""The table of benchmarks. A new one is a file with a function, and a line here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from . import (
    attending,
    classifying,
    deduping,
    filling,
    generation,
    latency,
    memory,
    ngrams,
    products,
    recurrent,
    searching,
    segmenting,
    sharing,
    similar,
    startup,
    summarizing,
    tagging,
    tokenizing,
    translating,
    word_vectors,
)
from .figures import Figure
from .harness import ChildFailedError, Skipped, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .harness import Setting

BENCHMARKS: dict[str, Callable[[Setting], Iterator[Figure]]] = {
    "products": products.run,
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
    "transformer": attending.run,
    "generate": generation.run,
    "ngram": ngrams.run,
    "tagging": tagging.run,
    "segmenting": segmenting.run,
    "classifying": classifying.run,
    "deduping": deduping.run,
    "summarizing": summarizing.run,
    "translating": translating.run,
    "searching": searching.run,
    "sharing": sharing.run,
}

OF_KERNELS = {
    name
    for name in BENCHMARKS
    if name.startswith(("products", "w2v", "rnn", "transformer", "generate", "translating"))
}
"""Those whose speed depends on the kernels of products."""


def run_all(names: Sequence[str], settings: Mapping[str, Setting]) -> list[Figure]:
    """The figures of the benchmarks `names`, by the kernels of `settings` where kernels matter."""
    figures: list[Figure] = []
    alone = {"": next(iter(settings.values()))}
    for name in names:
        for kernels, setting in (settings if name in OF_KERNELS else alone).items():
            say(f"{name}, {kernels} kernels" if kernels else name)
            figures += (replace(figure, kernels=kernels) for figure in _run(name, setting))
    return figures


def _run(name: str, setting: Setting) -> Iterator[Figure]:
    """The figures that `setting` wants; a benchmark that cannot run is a figure that says why."""
    try:
        yield from (figure for figure in BENCHMARKS[name](setting) if setting.wants(figure.subject))
    except Skipped as reason:
        yield Figure(name, "skipped", note=str(reason))
    except ChildFailedError as error:
        yield Figure(name, "failed", note=str(error))
