"""`ngram`: 5-grams of words beside KenLM, whose `lmplz` counts and whose Python module is asked.

Both smooth by Kneser and Ney's modified method: their perplexities of text held out must agree. lmplz, which
may sort in 1 GB, writes text, and what build_binary makes of that for quick questions ("probing") is not
counted; `ngram-train` writes the model that `score` maps. The commands are measured whole, and everybody
has one thread for the questions.

Of lmplz and build_binary there is no package: whoever has built KenLM puts them on the PATH.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .figures import US, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, Run, Skipped, in_turns, module, run_child
from .texts import count_words, word2vec_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .figures import Figure
    from .harness import Setting

REPEATS = 3
ORDER = "5"
HELD_OUT = 10  # the last line of so many
TRAINING = Measure("training", "thousand words/s", more_is_better=True)
SCORING = Measure("scoring", "thousand words/s", more_is_better=True)
CPU = Measure("processor time", "s")
PEAK = Measure("peak memory", "MB")
PERPLEXITY = Measure("perplexity", "")


@dataclass(frozen=True)
class Result:
    """A model: the run that made it, the run that scored with it, and the perplexity which that found."""

    trained: Run
    scored: Run
    perplexity: float


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of training, then those of scoring."""
    if not (shutil.which("lmplz") and shutil.which("build_binary")):
        raise Skipped(
            "lmplz and build_binary of KenLM are not on the PATH: build it, which takes CMake and Boost"
        )
    train, held_out = _divided(setting.folder)
    turns = [
        Contestant(US, "cli", partial(_nlptool, setting, train, held_out)),
        Contestant("KenLM", "kenlm", partial(_kenlm, setting, train, held_out)),
    ]
    results = in_turns(turns, setting.times(REPEATS))
    words, asked = count_words(train), count_words(held_out)
    training, scoring = f"{words:,} words", f"{asked:,} words held out"
    rows: list[tuple[str, Measure, Callable[[Result], float]]] = [
        (training, TRAINING, lambda result: words / result.trained.wall / 1000),
        (training, CPU, lambda result: result.trained.cpu),
        (training, PEAK, lambda result: result.trained.peak_rss / MEGABYTE),
        (scoring, PERPLEXITY, lambda result: result.perplexity),
        (scoring, SCORING, lambda result: asked / result.scored.wall / 1000),
        (scoring, CPU, lambda result: result.scored.cpu),
        (scoring, PEAK, lambda result: result.scored.peak_rss / MEGABYTE),
    ]
    for subject, measure, value in rows:
        yield from comparisons("ngram", subject, measure, results, value)


def _divided(folder: Path) -> tuple[Path, Path]:
    train, held_out = folder / "ngrams-train.txt", folder / "ngrams-held-out.txt"
    with word2vec_text(folder).open("rb") as text, train.open("wb") as most, held_out.open("wb") as rest:
        for number, line in enumerate(text, start=1):
            (most if number % HELD_OUT else rest).write(line)
    return train, held_out


def _nlptool(setting: Setting, train: Path, held_out: Path, _round: int) -> Result:
    model = str(setting.folder / "words.ngrams")
    trained = run_child(setting, [NLPTOOL, "ngram-train", "-q", "--order", ORDER, "-o", model, str(train)])
    return _scored(setting, trained, [NLPTOOL, "score", "--summary", "-m", model, str(held_out)])


def _kenlm(setting: Setting, train: Path, held_out: Path, _round: int) -> Result:
    text, model = str(setting.folder / "words.arpa"), str(setting.folder / "words.kenlm")
    sorting = ["-S", "1G", "-T", str(setting.folder)]
    trained = run_child(setting, ["lmplz", "-o", ORDER, *sorting, "--text", str(train), "--arpa", text])
    run_child(setting, ["build_binary", text, model])
    return _scored(setting, trained, module("kenlm_score", model, str(held_out)))


def _scored(setting: Setting, trained: Run, command: list[str]) -> Result:
    scored = run_child(setting, command)
    return Result(trained, scored, float(json.loads(scored.stdout)["perplexity"]))
