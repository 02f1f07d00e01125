"""Training word vectors, how fast and how good; every round has its own seed.

All are told every setting, since their defaults differ and change. The learning rate is the exception: where
it says so, each has its own default, for that is what its users get.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from . import trainers
from .figures import US, Measure, comparisons
from .harness import MEGABYTE, Contestant, in_turns
from .texts import MISSPELT, WORD2VEC_BYTES, word2vec_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .figures import Figure
    from .harness import Setting
    from .trainers import Trained

SEEDS = 2
LARGE_BYTES = 100_000_000
SETTINGS: dict[str, Any] = {
    "arch": "skipgram",
    "loss": "ns",
    "dim": 100,
    "window": 5,
    "negatives": 5,
    "min-count": 5,
    "subsample": 1e-3,
    "epochs": 5,
    "workers": 1,
}
SPEED = Measure("training", "thousand words/s", more_is_better=True)
WALL = Measure("whole command", "s")
CPU = Measure("processor time of the command", "s")  # what others on the machine disturb least
PEAK = Measure("peak memory", "MB")
ANALOGIES = Measure("Google analogies", "%", more_is_better=True, by_mean=True)
SIMILARITY = Measure("WordSim-353", "Spearman", more_is_better=True, by_mean=True)
FOUND = Measure("right word among the ten nearest", "%", more_is_better=True, by_mean=True)


@dataclass(frozen=True)
class Contest:
    """One row group: what it is called, what everybody is told, and what one side alone is told."""

    subject: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    peers: Sequence[str] = ("gensim",)
    only_ours: Mapping[str, Any] = field(default_factory=dict)
    size: int = WORD2VEC_BYTES


EQUAL_RATES = [
    Contest("skip-gram, lr 0.025 for both", {"lr": 0.025}),
    Contest("skip-gram, lr 0.05 for all", {"lr": 0.05}, ("gensim", "fasttext", "word2vec")),
    Contest("skip-gram, 1 worker against 2", {"workers": 2}, only_ours={"workers": 1}),
]
ARCHITECTURES = [
    Contest("CBOW, 2 workers", {"arch": "cbow", "workers": 2}, ("gensim", "word2vec")),
    Contest("skip-gram hs, 2 workers", {"loss": "hs", "workers": 2}),
    Contest("CBOW hs, 2 workers", {"arch": "cbow", "loss": "hs", "workers": 2}),
]
LARGE = [
    Contest(
        "100 MB, skip-gram, 2 workers", {"workers": 2}, ("gensim", "fasttext", "word2vec"), size=LARGE_BYTES
    )
]
SUBWORDS = [Contest("subwords, 1 worker", {"subwords": True}, ("fasttext",))]


def run(contests: Sequence[Contest], setting: Setting) -> Iterator[Figure]:
    """The figures of `contests`, one after the other."""
    for contest in contests:
        if not setting.wants(contest.subject):
            continue
        text = word2vec_text(setting.folder, contest.size)
        everybody = {**SETTINGS, **contest.settings}
        turns = [Contestant(US, "cli", partial(_nlptool, setting, text, {**everybody, **contest.only_ours}))]
        turns += [
            Contestant(peer, peer, partial(_peer, peer, setting, text, everybody)) for peer in contest.peers
        ]
        yield from _figures(contest.subject, in_turns(turns, setting.times(SEEDS), warm_up=False))


def _nlptool(setting: Setting, text: Any, settings: Mapping[str, Any], number: int) -> Trained:
    return trainers.nlptool(setting, text, {**settings, "seed": number + 1})


def _peer(name: str, setting: Setting, text: Any, settings: Mapping[str, Any], number: int) -> Trained:
    return trainers.peer(name, setting, text, {**settings, "seed": number + 1})


def _figures(subject: str, results: Mapping[str, list[Trained]]) -> Iterator[Figure]:
    covered = results[US][0].quality
    questions = f"{subject}, {covered['questions']:,} questions"
    pairs = f"{subject}, {covered['pairs']} pairs"
    rows: list[tuple[str, Measure, Callable[[Trained], float]]] = [
        (subject, SPEED, lambda trained: trained.words_per_second / 1000),
        (subject, WALL, lambda trained: trained.run.wall),
        (subject, CPU, lambda trained: trained.run.cpu),
        (subject, PEAK, lambda trained: trained.run.peak_rss / MEGABYTE),
        (questions, ANALOGIES, lambda trained: trained.quality["analogies"]),
        (pairs, SIMILARITY, lambda trained: trained.quality["similarity"]),
    ]
    if "misspelt" in covered:
        misspelt = f"{subject}, {MISSPELT:,} misspelt words"
        rows.append((misspelt, FOUND, lambda trained: trained.quality["misspelt"]))
    for what, measure, value in rows:
        yield from comparisons("w2v", what, measure, results, value)
