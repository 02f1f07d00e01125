"""Training translators beside PyTorch, pieces of targets a second over whole training steps; and translating.

The pairs are made up, of words whose frequencies fall as in language (Zipf): as many pieces as are asked for
are learnt, and texts are as long as captions. Both sides train the same network on the same batches.
"""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from nlp.wording import number_of

from .figures import US, Figure, Measure, comparisons
from .harness import NLPTOOL, Contestant, in_turns, module, run_child
from .trainers import last_speed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of training at two sizes with one and two workers, then of translating."""
    pairs = _pairs(setting.folder)
    for hidden in (128, 256):
        for workers in (1, 2):
            subject = f"GRU, {hidden}, dot attention, {number_of(workers, 'worker')}"
            if not setting.wants(subject):
                continue
            settings = {**SETTINGS, "hidden": hidden, "workers": workers}
            turns = [
                Contestant(US, "cli", partial(_nlptool, setting, pairs, settings)),
                Contestant("PyTorch", "torch", partial(_torch, setting, pairs, settings)),
            ]
            results = in_turns(turns, setting.times(REPEATS), warm_up=False)
            yield from comparisons("translating", subject, TRAINING, results, float)
    yield from _translating(setting, pairs)


def _translating(setting: Setting, pairs: Path) -> Iterator[Figure]:
    """Lines a second by the last model that was trained: of 128 units, whatever it has learnt."""
    model, lines = setting.folder / "translator.model", setting.folder / "lines"
    _nlptool(setting, pairs, {**SETTINGS, "hidden": 128, "workers": 1}, 0)
    sources = [line.split("\t")[0] for line in pairs.read_text(encoding="utf-8").splitlines()[:LINES]]
    lines.write_text("\n".join(sources) + "\n", encoding="utf-8")
    for beam in (1, 5):
        speeds = [_translate(setting, model, lines, beam) for _ in range(setting.times(REPEATS))]
        yield Figure("translating", f"beam {beam}", SPEED[beam], tuple(speeds))


def _nlptool(setting: Setting, pairs: Path, settings: Mapping[str, Any], _round: int) -> float:
    """A shard for each worker: that is how a batch is shared out, as PyTorch shares it among its threads."""
    options = [f"--{name}={value}" for name, value in settings.items()]
    options += [f"--shards={settings['workers']}", "--epochs=1", "--log-json"]
    model = str(setting.folder / "translator.model")
    return last_speed(
        run_child(setting, [NLPTOOL, "seq2seq-train", *options, "-o", model, str(pairs)]).stderr
    )


def _torch(setting: Setting, pairs: Path, settings: Mapping[str, Any], _round: int) -> float:
    done = run_child(setting, module("torch_translation", str(pairs), json.dumps(settings)))
    return float(json.loads(done.stdout)["tokens_per_second"])


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
