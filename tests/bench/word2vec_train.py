"""word2vec.c as a contestant: `python -m tests.bench.word2vec_train TEXT VECTORS SETTINGS`.

SETTINGS are JSON, named as the options of `nlptool w2v-train`. The program is the one that the package
`word2vec` of PyPI compiles for this processor (-Ofast -march=native) from the source of 2013. It writes its
binary format and knows no seed. Words a second are printed as JSON: those of a run that is given the
vocabulary, with the table of negatives and the writing of the vectors (about 2 % of five epochs).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .texts import count_words

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = Path(sys.executable).with_name("word2vec")
NAMES = {
    "dim": "-size",
    "window": "-window",
    "min-count": "-min-count",
    "subsample": "-sample",
    "epochs": "-iter",
    "workers": "-threads",
    "lr": "-alpha",
}
"""What word2vec.c calls a setting."""


def train(text: str, vectors: str, settings: Mapping[str, Any]) -> float:
    """Words a second, as they stand in the text."""
    vocabulary = f"{vectors}.vocabulary"
    common = [PROGRAM, "-train", text, "-min-count", str(settings["min-count"]), "-debug", "0"]
    _run([*common, "-save-vocab", vocabulary])
    started = time.perf_counter()
    _run([*common, "-read-vocab", vocabulary, "-output", vectors, "-binary", "1", *translated(settings)])
    seconds = time.perf_counter() - started
    return float(settings["epochs"] * count_words(Path(text)) / seconds)


def translated(settings: Mapping[str, Any]) -> list[str]:
    """The settings in the words of word2vec.c; an absent `lr` is left to it."""
    hierarchical = settings["loss"] == "hs"
    options = {NAMES[name]: value for name, value in settings.items() if name in NAMES}
    options["-cbow"] = int(settings["arch"] == "cbow")
    options["-hs"] = int(hierarchical)
    options["-negative"] = 0 if hierarchical else settings["negatives"]
    return [text for name, value in options.items() for text in (name, str(value))]


def _run(command: list[Any]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    speed = train(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
    print(json.dumps({"words_per_second": speed}))
