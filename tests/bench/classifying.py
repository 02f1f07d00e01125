"""`classifying`: labels of texts, beside fastText and scikit-learn. Everybody has bigrams and one worker.

Questions and reviews tell how right they are; made texts, 50 MB of them, how fast. The times of nlptool are
of whole commands, those of the peers of their calls alone. The passes over the texts of questions and reviews
are those by default for nlptool, and for the peers 25, as in fastText's tutorial.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .figures import US, Figure, Measure, comparisons
from .harness import MEGABYTE, NLPTOOL, Contestant, in_turns, module, run_child
from .labelled_texts import made, sst2, trec
from .tokenizing import CPU

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .harness import Setting
    from .labelled_texts import Labelled

SEEDS = 3
PEERS = {"fastText": "fasttext", "scikit-learn": "sklearn"}
ACCURACY = Measure("accuracy", "%", more_is_better=True, by_mean=True)
TRAINING = Measure("training", "s", by_mean=True)
SPEED = Measure("labelling", "thousand texts/s", more_is_better=True)
PEAK = Measure("peak memory", "MB")


@dataclass(frozen=True)
class Contest:
    """Texts, made of the folder for files; the peers' passes over them, and what nlptool is told.

    Attributes: `is_long`, whether labelling takes so long that the start of a command is nothing beside it.
    """

    subject: str
    make: Callable[[Path], Labelled]
    epochs: int = 25
    options: Sequence[str] = ()
    rounds: int = SEEDS
    is_long: bool = False


CONTESTS = [
    Contest("TREC-6", trec),
    Contest("SST-2", sst2),
    Contest("made text, 50 MB", made, epochs=5, options=("--epochs", "5"), rounds=1, is_long=True),
]


@dataclass(frozen=True)
class Classified:
    """A classifier: percent of right labels, seconds of training, texts/s, processor seconds, MB."""

    accuracy: float
    seconds: float
    speed: float
    cpu: float
    peak: float


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of all contests; every round has its own seed."""
    for contest in CONTESTS:
        data = contest.make(setting.folder)
        turns = [Contestant(US, "cli", partial(_ours, setting, contest, data))]
        turns += [
            Contestant(title, package, partial(_peer, setting, package, contest, data))
            for title, package in PEERS.items()
        ]
        results = in_turns(turns, setting.times(contest.rounds), warm_up=False)
        yield from _figures(contest, results)


def _figures(contest: Contest, results: Mapping[str, list[Classified]]) -> Iterator[Figure]:
    rows: list[tuple[Measure, Callable[[Classified], float]]] = [
        (ACCURACY, lambda one: one.accuracy),
        (TRAINING, lambda one: one.seconds),
        (CPU, lambda one: one.cpu),
        (PEAK, lambda one: one.peak),
    ]
    if contest.is_long:
        rows.append((SPEED, lambda one: one.speed / 1000))
    for measure, value in rows:
        yield from comparisons("classifying", contest.subject, measure, results, value)


def _ours(setting: Setting, contest: Contest, data: Labelled, number: int) -> Classified:
    model, labels = setting.folder / "texts.model", setting.folder / "labels"
    options = ["--workers", "1", "--seed", str(number + 1), *contest.options, "-q", "-o", str(model)]
    options += ["--valid", str(data.valid)] if data.valid else []
    trained = run_child(setting, [NLPTOOL, "classify-train", *options, str(data.train)])
    report = run_child(setting, [NLPTOOL, "classify-eval", "-m", str(model), str(data.test)])
    judged = json.loads(report.stdout)
    with data.test.open("rb") as texts:  # the labels are words like others: they cost a little
        labelled = run_child(setting, [NLPTOOL, "classify", "-m", str(model)], stdin=texts, stdout=labels)
    return Classified(
        100 * judged["accuracy"],
        trained.wall,
        judged["texts"] / labelled.wall,
        trained.cpu + labelled.cpu,
        max(trained.peak_rss, labelled.peak_rss) / MEGABYTE,
    )


def _peer(setting: Setting, package: str, contest: Contest, data: Labelled, number: int) -> Classified:
    arguments = (package, str(data.train), str(data.test), str(contest.epochs), str(number + 1))
    done = run_child(setting, module("peer_classifiers", *arguments))
    told = json.loads(done.stdout)
    return Classified(
        100 * told["accuracy"], told["seconds"], told["speed"], done.cpu, done.peak_rss / MEGABYTE
    )
