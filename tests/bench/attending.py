"""Training Transformers, beside PyTorch: tokens a second over whole training steps.

Both sides run the same network on the same text, with AdamW; a second peer reads each window alone, as
PyTorch's examples do, and so has half the scores to compute. Our workers are processes with a part of the
batch each, PyTorch's are threads.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from nlp.wording import number_of

from .figures import US, comparisons
from .harness import NLPTOOL, Contestant, in_turns, module, run_child
from .recurrent import REPEATS, SPEED, text_of
from .trainers import last_speed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
        text = text_of(setting.folder, "char", TOKENS)
        turns = [
            Contestant(US, "cli", partial(_nlptool, setting, text, settings)),
            Contestant("PyTorch", "torch", partial(_torch, setting, text, {**settings, "memory": True})),
            Contestant(
                "PyTorch, windows alone",
                "torch",
                partial(_torch, setting, text, {**settings, "memory": False}),
            ),
        ]
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("transformer", subject, SPEED, results, float)


def _nlptool(setting: Setting, text: Path, settings: Mapping[str, Any], _round: int) -> float:
    options = [f"--{name}={value}" for name, value in settings.items()]
    options += [f"--shards={settings['workers']}", "--epochs=1", "--log-json"]
    model = str(setting.folder / "transformer.model")
    done = run_child(setting, [NLPTOOL, "transformer-train", *options, "-o", model, str(text)])
    return last_speed(done.stderr)


def _torch(setting: Setting, text: Path, settings: Mapping[str, Any], _round: int) -> float:
    done = run_child(setting, module("torch_transformer", str(text), json.dumps(settings)))
    return float(json.loads(done.stdout)["words_per_second"])
