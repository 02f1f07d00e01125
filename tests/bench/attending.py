"""Training Transformers, beside PyTorch: tokens a second over whole training steps.

Both sides run the same network on the same text, with AdamW; a second peer reads each window alone, as
PyTorch's examples do, and so has half the scores to compute. Our workers are processes with a part of the
batch each, PyTorch's are threads.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from nlp.wording import number_of

from .figures import US, comparisons
from .harness import Contestant, in_turns, module
from .recurrent import REPEATS, SPEED, text_of
from .trainers import told_speed, trained_speed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .figures import Figure
    from .harness import Setting

TOKENS = 100_000
SMALL = {"layers": 4, "heads": 4, "dim": 128, "ffn": 512, "context": 64, "bptt": 64, "batch-size": 12}
PACE = {"lr": 0.001, "clip": 1.0}


def run(setting: Setting) -> Iterator[Figure]:
    """A small GPT, by one worker and by two."""
    for workers in (1, 2):
        subject = f"characters, 4×128 Transformer, {number_of(workers, 'worker')}"
        if not setting.wants(subject):
            continue
        settings = {**SMALL, **PACE, "workers": workers}
        text, model = text_of(setting.folder, "char", TOKENS), setting.folder / "transformer.model"
        ours = partial(trained_speed, setting, "transformer-train", text, model, settings)
        turns = [Contestant(US, "cli", ours)]
        for title, memory in (("PyTorch", True), ("PyTorch, windows alone", False)):
            theirs = module("torch_transformer", str(text), json.dumps({**settings, "memory": memory}))
            turns.append(Contestant(title, "torch", partial(told_speed, setting, theirs)))
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("transformer", subject, SPEED, results, float)
