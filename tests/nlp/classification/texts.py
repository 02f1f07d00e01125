"""Labelled texts for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.classification.config import ClassifierConfig
from nlp.classification.examples import Examples, encode_texts
from nlp.classification.features import Featurizer
from nlp.classification.learner import ClassifierLearner
from nlp.data.labelled.texts import LabelledText
from nlp.training.loop import train

if TYPE_CHECKING:
    from nlp.classification.classifier import Classifier

TMP = "/tmp"  # noqa: S108 - the storage has no name there
WORDS = {
    "animal": ["cat", "dog", "horse", "cow", "hen"],
    "plant": ["oak", "elm", "rose", "fern", "moss"],
    "stone": ["flint", "slate", "chalk", "jade"],
}


def texts(count: int = 90) -> list[LabelledText]:
    """Texts of three labels by turns, each of words of its label and words of all."""
    found = []
    for number in range(count):
        label = list(WORDS)[number % 3]
        own = WORDS[label]
        found.append(
            LabelledText(
                (label,),
                f"I saw {own[number % len(own)]} and {own[number * 7 % len(own)]} today {number % 5}",
            )
        )
    return found


def encoded(config: ClassifierConfig, some: list[LabelledText] | None = None) -> Examples:
    return encode_texts(texts() if some is None else some, Featurizer(config), TMP)


def trained(workers: int = 1, some: list[LabelledText] | None = None, **settings: object) -> Classifier:
    config = ClassifierConfig(**{"buckets": 4096, **settings})  # type: ignore[arg-type]
    learner = ClassifierLearner(encoded(config, some), config)
    train(learner, workers)
    return learner.classifier()
