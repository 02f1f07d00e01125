"""`segmenting`: words of Chinese. How right they are after training on SXU, and how fast they are found.

jieba takes part with the dictionary that comes with it, made for another standard of what a word is.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .figures import US, Figure, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, in_turns, module, run_child
from .labelled_texts import sxu
from .texts import chinese
from .tokenizing import CPU, filtered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .harness import Setting
    from .labelled_texts import Labelled
    from .tokenizing import Filtered

REPEATS = 5
SEEDS = 3
JIEBA = "jieba"
F1 = Measure("word F1", "", more_is_better=True, by_mean=True, at_least=0.959)
TRAINING = Measure("training, whole command", "s", by_mean=True, at_most=20)
SPEED = Measure("speed", "MB/s", more_is_better=True, at_least=5)
PEAK = Measure("peak memory", "MB", at_most=150)


class Learnt(NamedTuple):
    """A segmenter: its F1 on the test part; seconds and megabytes of its training."""

    f1: float
    seconds: float = 0.0
    peak: float = 0.0


def run(setting: Setting) -> Iterator[Figure]:
    """Words of the test part of SXU, by a model for each seed; then 5 MB of other text, as whole commands."""
    data = sxu()
    learners = [
        Contestant(US, "cli", partial(_learnt, setting, data)),
        Contestant(JIEBA, JIEBA, partial(_of_jieba, setting, data)),
    ]
    results = in_turns(learners, setting.times(SEEDS), warm_up=False)
    yield from comparisons("segmenting", "SXU", F1, results, lambda learnt: learnt.f1)
    for measure, values in (
        (TRAINING, tuple(learnt.seconds for learnt in results[US])),
        (Measure("peak memory of training", "MB"), tuple(learnt.peak for learnt in results[US])),
    ):
        yield Figure("segmenting", "SXU", measure, values)
    text = chinese(setting.folder)
    lines = {
        US: [NLPTOOL, "tokenize", "--han", "words", "--model", str(_model(setting))],
        JIEBA: module("peer_tokenizers", JIEBA),
    }
    turns = [
        Contestant(title, package, partial(_words_of, setting, lines[title], text))
        for title, package in ((US, "cli"), (JIEBA, JIEBA))
    ]
    speeds = in_turns(turns, setting.times(REPEATS))
    subject = "news and reviews, command"
    yield from comparisons("segmenting", subject, SPEED, speeds, lambda run: run.speed)
    yield from comparisons("segmenting", subject, CPU, speeds, lambda run: run.cpu)
    yield from comparisons("segmenting", subject, PEAK, speeds, lambda run: run.peak)


def _model(setting: Setting) -> Path:
    return setting.folder / "words.model"


def _words_of(setting: Setting, line: list[str], text: Path, _round: int) -> Filtered:
    return filtered(setting, line, text, setting.folder / "words.txt")


def _learnt(setting: Setting, data: Labelled, number: int) -> Learnt:
    model = _model(setting)
    options = ["--task", "segment", "--quiet", "--seed", str(number + 1), "-o", str(model)]
    done = run_child(setting, [NLPTOOL, "tag-train", *options, str(data.train)])
    judged = run_child(setting, [NLPTOOL, "tag-eval", "-m", str(model), str(data.test)])
    return Learnt(json.loads(judged.stdout)["f1"], done.wall, done.peak_rss / MEGABYTE)


def _of_jieba(setting: Setting, data: Labelled, _round: int) -> Learnt:
    """The words that jieba finds in the test part, judged by the same scorer."""
    text, words = setting.folder / "unsegmented.txt", setting.folder / "jieba.words"
    with data.test.open(encoding="utf-8-sig") as file, text.open("w", encoding="utf-8") as joined:
        joined.writelines("".join(line.split()) + "\n" for line in file)
    filtered(setting, module("peer_tokenizers", JIEBA), text, words)
    judged = run_child(setting, [NLPTOOL, "tag-eval", "--task", "segment", str(data.test), str(words)])
    return Learnt(json.loads(judged.stdout)["f1"])
