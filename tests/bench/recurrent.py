"""Training recurrent language models, beside PyTorch: tokens a second over whole training steps.

The text is made up, so that the sizes are what they are called: every type occurs, and frequencies fall as
in language (Zipf). Both sides run the same architecture, batch and length; our workers are processes with a
part of the batch each, PyTorch's are threads.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from nlp.wording import number_of

from .figures import US, Measure, comparisons
from .harness import Contestant, in_turns, module
from .trainers import told_speed, trained_speed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .figures import Figure
    from .harness import Setting

REPEATS = 3
SPEED = Measure("training", "tokens/s", more_is_better=True)
STEPS = {"optimizer": "sgd", "lr": 1.0, "clip": 0.25}
WORDS = {"level": "word", "batch-size": 20, "bptt": 35, **STEPS}
CHARACTERS = {"level": "char", "batch-size": 50, "bptt": 50, **STEPS}
TYPES = {"word": 10_000, "char": 65}


@dataclass(frozen=True)
class Contest:
    """One row: a name, the settings, how many tokens to train on, and what the peer does otherwise."""

    subject: str
    settings: Mapping[str, Any]
    tokens: int
    peer: str = "PyTorch"
    peer_settings: Mapping[str, Any] = field(default_factory=dict)


def _sizes(cell: str, hidden: int, workers: int = 1) -> dict[str, Any]:
    return {"cell": cell, "layers": 2, "hidden": hidden, "embed-dim": hidden, "workers": workers}


TRAINING = [
    Contest(
        f"{name}, 2×{hidden} LSTM, {number_of(workers, 'worker')}",
        {**kind, **_sizes("lstm", hidden, workers)},
        tokens,
    )
    for name, kind, hidden, tokens in (
        ("words", WORDS, 200, 60_000),
        ("words", WORDS, 650, 25_000),
        ("characters", CHARACTERS, 128, 300_000),
        ("characters", CHARACTERS, 256, 120_000),
        ("characters", CHARACTERS, 512, 50_000),
    )
    for workers in (1, 2)
]
CELLS = [
    Contest(
        f"characters, 2×{hidden} GRU, reset {reset} the product",
        {**CHARACTERS, **_sizes("gru", hidden), "gru-reset": reset},
        tokens,
        "nlptool's LSTM",
        {"cell": "lstm", "gru-reset": "before"},
    )
    for hidden, tokens in ((128, 300_000), (256, 120_000), (512, 50_000))
    for reset in ("before", "after")
]


def run(contests: Sequence[Contest], setting: Setting) -> Iterator[Figure]:
    """The figures of `contests`, one after the other."""
    for contest in contests:
        if not setting.wants(contest.subject):
            continue
        text = text_of(setting.folder, contest.settings["level"], contest.tokens)
        ours = partial(trained_speed, setting, "rnn-train", text, setting.folder / "language.model")
        turns = [Contestant(US, "cli", partial(ours, contest.settings))]
        theirs = {**contest.settings, **contest.peer_settings}
        if contest.peer == "PyTorch":
            command = module("torch_language", str(text), json.dumps(theirs))
            turns.append(Contestant(contest.peer, "torch", partial(told_speed, setting, command)))
        else:
            turns.append(Contestant(contest.peer, "cli", partial(ours, theirs)))
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("rnn", contest.subject, SPEED, results, float)


def text_of(folder: Path, level: str, tokens: int) -> Path:
    """A text of `tokens` tokens, less its line ends: each type once, then at random."""
    path = folder / f"{level}-{tokens}.txt"
    if path.exists():
        return path
    types = TYPES[level] - 1  # the line end is one too
    names = [f"w{number}" for number in range(types)] if level == "word" else _characters(types)
    weights = list(accumulate(1 / rank for rank in range(1, types + 1)))
    drawn = names + random.Random(1).choices(names, cum_weights=weights, k=tokens - types)  # noqa: S311
    gap = " " if level == "word" else ""
    lines = [gap.join(drawn[start : start + 50]) for start in range(0, len(drawn), 50)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _characters(count: int) -> list[str]:
    return [chr(ord("!") + number) for number in range(count)]
