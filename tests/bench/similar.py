"""`similar`: one query on a large model, from start to exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figures import US, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, in_turns, module, run_child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .figures import Figure
    from .harness import Setting

REPEATS = 9
WORDS, DIMENSIONS = 70_000, 100
WALL = Measure("wall time", "ms", at_most=300)
PEAK = Measure("peak memory", "MB")


def run(setting: Setting) -> Iterator[Figure]:
    """`nlptool similar king` on 70,000 vectors, beside gensim on the same in its own format."""
    model, exported = str(setting.folder / "random.model"), str(setting.folder / "random.bin")
    run_child(setting, module("random_model", model, str(WORDS), str(DIMENSIONS)))
    gensim = Contestant(
        "gensim", "gensim", lambda _: run_child(setting, module("gensim_similar", exported, "king"))
    )
    if gensim.is_installed:
        run_child(setting, [NLPTOOL, "export", "--to", "word2vec-binary", "-o", exported, model])
        run_child(setting, module("gensim_similar", exported))
    us = Contestant(US, "cli", lambda _: run_child(setting, [NLPTOOL, "similar", "-m", model, "king"]))
    results = in_turns([us, gensim], setting.times(REPEATS))
    subject = f"one query, {WORDS:,} × {DIMENSIONS}"
    yield from comparisons("similar", subject, WALL, results, lambda run: run.wall * 1000)
    yield from comparisons("similar", subject, PEAK, results, lambda run: run.peak_rss / MEGABYTE)
