"""Generating text from a recurrent model, beside PyTorch: tokens a second, one text, one thread."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from .figures import US, Measure, comparisons
from .harness import Contestant, in_turns, module, run_child
from .trainers import told_speed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .figures import Figure
    from .harness import Setting

REPEATS = 5
SPEED = Measure("generation", "tokens/s", more_is_better=True)
SIZES: dict[str, dict[str, Any]] = {
    f"{name}, 2×{hidden} LSTM, {types:,} types": {
        "level": level,
        "layers": 2,
        "hidden": hidden,
        "types": types,
    }
    for name, level, hidden, types in (
        ("characters", "char", 128, 65),
        ("characters", "char", 256, 65),
        ("characters", "char", 512, 65),
        ("words", "word", 200, 10_000),
    )
}


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of all sizes, drawn at temperature 1 from random weights."""
    for subject, sizes in SIZES.items():
        if not setting.wants(subject):
            continue
        model, settings = str(setting.folder / "generating.model"), json.dumps(sizes)
        run_child(setting, module("random_language_model", model, settings))
        turns = [
            Contestant(US, "cli", partial(told_speed, setting, module("generating", model))),
            Contestant("PyTorch", "torch", partial(told_speed, setting, module("torch_generate", settings))),
        ]
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("generate", subject, SPEED, results, float)
