"""`tagging`: parts of speech and names, how well they are found, and how fast that is learnt and done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .figures import US, Measure, comparisons
from .harness import NLPTOOL, Contestant, in_turns, module, run_child
from .labelled_texts import ewt, wikigold
from .peer_taggers import ENTITIES, PEERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from .figures import Figure
    from .harness import Setting
    from .labelled_texts import Labelled

REPEATS = 1  # all but spaCy learn the same weights each time
LEARNING = Measure("learning", "s of processor time")
SPEED = Measure("tagging", "thousand tokens/s of processor time", more_is_better=True)


class Judged(NamedTuple):
    """A tagger that has learnt: its score in percent, seconds of learning, tokens tagged in a second."""

    score: float
    learning: float
    speed: float


@dataclass(frozen=True)
class Contest:
    """A row group: what is learnt of which text, by whom, and the score of `tag-eval` that tells how well."""

    subject: str
    task: str
    text: Callable[[Path], Labelled]
    peers: Sequence[str]
    score: str
    measure: Measure


CONTESTS = (
    Contest(
        "parts of speech of EWT, test part",
        "tag",
        lambda _: ewt(),
        ("crfsuite", "perceptron", "spacy"),
        "accuracy",
        Measure("accuracy", "%", more_is_better=True),
    ),
    Contest(
        "names in the last tenth of WikiGold",
        ENTITIES,
        wikigold,
        ("crfsuite", "perceptron"),
        "f1",
        Measure("F1", "%", more_is_better=True),
    ),
)


def run(setting: Setting) -> Iterator[Figure]:
    """The figures of the contests, one after the other."""
    for contest in CONTESTS:
        text = contest.text(setting.folder)
        turns = [
            Contestant(PEERS[key].title, PEERS[key].package, partial(_judged, setting, contest, text, key))
            for key in (US, *contest.peers)
        ]
        results = in_turns(turns, setting.times(REPEATS), warm_up=False)
        yield from comparisons("tagging", contest.subject, contest.measure, results, lambda one: one.score)
        yield from comparisons("tagging", contest.subject, LEARNING, results, lambda one: one.learning)
        yield from comparisons("tagging", contest.subject, SPEED, results, lambda one: one.speed / 1000)


def _judged(setting: Setting, contest: Contest, text: Labelled, key: str, _round: int) -> Judged:
    """What one of them learns, judged by `nlptool tag-eval` for all alike."""
    predicted = setting.folder / f"{key}.tagged"
    words = (key, contest.task, str(text.train), str(text.test), str(predicted))
    told = json.loads(run_child(setting, module("peer_taggers", *words)).stdout)
    command = [NLPTOOL, "tag-eval", "--task", contest.task, str(text.test), str(predicted)]
    report = json.loads(run_child(setting, command).stdout)
    return Judged(100 * report[contest.score], told["seconds"], told["tokens_per_second"])
