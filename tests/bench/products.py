"""`products`: products of matrices of the sizes that training lives by, beside PyTorch's, one thread.

The figures say what the same contest is worth on another machine: most of training is such products.
"""

from __future__ import annotations

import json
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from .figures import US, Measure, comparisons
from .harness import Contestant, in_turns, module, run_child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .figures import Figure
    from .harness import Setting

REPEATS = 5
SPEED = Measure("speed by processor time", "GFLOP/s", more_is_better=True)
SHAPES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "negatives of skip-gram, 1024×100 · 100×64": ((1024, 100), (100, 64)),
    "pairs of skip-gram, 64 blocks of 16×100 · 100×26": ((64, 16, 100), (64, 100, 26)),
    "words, a step of an LSTM of 200, 20×200 · 200×800": ((20, 200), (200, 800)),
    "characters, a step of an LSTM of 128, 50×128 · 128×512": ((50, 128), (128, 512)),
}


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of all shapes."""
    turns = [
        Contestant(title, package, partial(_speeds, setting, package))
        for title, package in ((US, "numpy"), ("PyTorch", "torch"))
    ]
    results = in_turns(turns, setting.times(REPEATS), warm_up=False)
    for subject in SHAPES:
        yield from comparisons("products", subject, SPEED, results, itemgetter(subject))


def _speeds(setting: Setting, package: str, _round: int) -> dict[str, float]:
    done = run_child(setting, module("multiplying", package, json.dumps(SHAPES)))
    speeds: dict[str, float] = json.loads(done.stdout)
    return speeds
