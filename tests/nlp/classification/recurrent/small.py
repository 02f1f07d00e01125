"""Small recurrent classifiers, in every form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.classification.recurrent.texts import TextTokens, labelled_tokens
from nlp.classification.recurrent.training import RecurrentTraining, recurrent_training
from nlp.training.loop import train
from tests.nlp.classification.texts import texts
from tests.nlp.tagging.recurrent.small import vectors

if TYPE_CHECKING:
    from nlp.classification.recurrent.classifier import RecurrentClassifier
    from nlp.classification.recurrent.texts import LabelledTokens
    from nlp.data.labelled.texts import LabelledText

CONFIG = RecurrentClassifierConfig(
    hidden=6,
    embed_dim=5,
    char_dim=3,
    char_hidden=3,
    epochs=2,
    batch_size=40,
    lr=0.02,
    dropout=0.1,
    word_dropout=1.0,
)
FORMS = {
    "last": replace(CONFIG, pool="last", cell="gru", shards=1),
    "mean": replace(CONFIG, pool="mean", loss="ova"),
    "max": replace(CONFIG, pool="max", layers=2, shards=3, clip=0.0),
    "attention": replace(CONFIG, pool="attention", chars=True, cell="rnn", mode="spaces", cased=True),
}
"""A form of the network for each pool; that of `max` has given vectors of some words."""


def read(
    config: RecurrentClassifierConfig, some: list[LabelledText], labels: tuple[str, ...] | None = None
) -> LabelledTokens:
    return labelled_tokens(some, TextTokens(config.mode, cased=config.cased), labels)


def training(form: str, *, valid: bool = True, count: int = 40, epochs: int = 2) -> RecurrentTraining:
    """Texts of three labels, ready to be learnt."""
    config = replace(FORMS[form], epochs=epochs)
    examples = read(config, texts(count))
    return recurrent_training(
        examples,
        config,
        valid=read(config, texts(20), examples.labels) if valid else None,
        vectors=vectors() if form == "max" else None,
    )


def classifier(form: str, *, count: int = 40, epochs: int = 2) -> RecurrentClassifier:
    """A model of it."""
    made = training(form, valid=False, count=count, epochs=epochs)
    train(made.learner)
    return made.model()
