"""Training translators beside PyTorch, pieces of targets a second over whole training steps; and translating.

The pairs are made up, of words whose frequencies fall as in language (Zipf): as many pieces as are asked for
are learnt, and texts are as long as captions. Both sides train on the same batches, and the same network but
for the GRU: PyTorch's applies the reset gate after the recurrent product, ours before it.
"""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from nlp.wording import number_of

from .figures import US, Figure, Measure, comparisons
from .harness import NLPTOOL, Contestant, in_turns, module, run_child
from .trainers import told_speed, trained_speed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .harness import Setting

REPEATS = 3
TRAINING = Measure("training", "tokens/s", more_is_better=True)
SPEED = {
    beam: Measure("translating", "lines/s", more_is_better=True, at_least=least)
    for beam, least in ((1, 400), (5, 120))
}
SETTINGS = {
    "subword-vocab": 4000,
    "batch-size": 1200,
    "dropout": 0.15,
    "label-smoothing": 0.1,
    "optimizer": "adam",
    "lr": 0.004,
    "clip": 1.0,
}
PAIRS, TYPES, LINES = 6000, 6000, 1000
TRAIN = "seq2seq-train"


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of training at two sizes with one and two workers, then of translating."""
    pairs, model = _pairs(setting.folder), setting.folder / "translator.model"
    for hidden in (128, 256):
        for workers in (1, 2):
            subject = f"GRU, {hidden}, dot attention, {number_of(workers, 'worker')}"
            if not setting.wants(subject):
                continue
            settings = {**SETTINGS, "hidden": hidden, "workers": workers}
            ours = partial(trained_speed, setting, TRAIN, pairs, model, settings)
            theirs = module("torch_translation", str(pairs), json.dumps(settings))
            turns = [
                Contestant(US, "cli", ours),
                Contestant("PyTorch", "torch", partial(told_speed, setting, theirs)),
            ]
            results = in_turns(turns, setting.times(REPEATS), warm_up=False)
            yield from comparisons("translating", subject, TRAINING, results, float)
    yield from _translating(setting, pairs, model)


def _translating(setting: Setting, pairs: Path, model: Path) -> Iterator[Figure]:
    """Lines a second by a model of 128 units that is trained for it, whatever an epoch has taught it."""
    subjects = {beam: f"beam {beam}" for beam in SPEED if setting.wants(f"beam {beam}")}
    if not subjects:
        return
    trained_speed(setting, TRAIN, pairs, model, {**SETTINGS, "hidden": 128, "workers": 1}, 0)
    lines = setting.folder / "lines"
    sources = [line.split("\t")[0] for line in pairs.read_text(encoding="utf-8").splitlines()[:LINES]]
    lines.write_text("\n".join(sources) + "\n", encoding="utf-8")
    for beam, subject in subjects.items():
        speeds = [_translate(setting, model, lines, beam) for _ in range(setting.times(REPEATS))]
        yield Figure("translating", subject, SPEED[beam], tuple(speeds))


def _translate(setting: Setting, model: Path, lines: Path, beam: int) -> float:
    with lines.open("rb") as text:
        done = run_child(setting, [NLPTOOL, "translate", "-m", str(model), "--beam", str(beam)], stdin=text)
    return LINES / done.wall


def _pairs(folder: Path) -> Path:
    """Pairs of 8 to 16 words; the target is made of the source, word by word and from the end."""
    path = folder / "pairs.tsv"
    if path.exists():
        return path
    generator = random.Random(1)  # noqa: S311
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(generator.choices(letters, k=generator.randint(2, 9))) for _ in range(TYPES)]
    others = ["".join(generator.choices(letters, k=generator.randint(2, 9))) for _ in range(TYPES)]
    weights = list(accumulate(1 / rank for rank in range(1, TYPES + 1)))
    with path.open("w", encoding="utf-8") as file:
        for _ in range(PAIRS):
            drawn = generator.choices(range(TYPES), cum_weights=weights, k=generator.randint(8, 16))
            source, target = [words[n] for n in drawn], [others[n] for n in reversed(drawn)]
            file.write(f"{' '.join(source)}.\t{' '.join(target)}.\n")
    return path
