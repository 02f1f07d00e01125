"""Small recurrent taggers, in every form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nlp.data.labelled.schemes import SCHEMES
from nlp.networks.token_config import TokenNetworkConfig
from nlp.tagging.config import HashedConfig
from nlp.tagging.recurrent.training import (
    RecurrentSegmenterTraining,
    RecurrentTraining,
    recurrent_segmenter_training,
    recurrent_training,
)
from nlp.text.vocabulary import Vocabulary
from nlp.training.loop import train
from nlp.vectors.word_vectors import WordVectors
from tests.nlp.tagging import segmented, tagged

if TYPE_CHECKING:
    from nlp.tagging.recurrent.tagger import RecurrentSegmenter, RecurrentTagger

CONFIG = TokenNetworkConfig(
    hidden=6, embed_dim=5, char_dim=3, char_hidden=3, epochs=2, batch_size=40, lr=0.02, dropout=0.1
)
FORMS = {
    "tags": CONFIG,
    "entities": replace(CONFIG, chars=True, layers=2, cell="gru", shards=1),
    "characters": replace(CONFIG, cell="rnn", shards=3, clip=0.0),
}
"""The form of the network for each kind of text."""


def vectors() -> WordVectors:
    """Vectors of some of the words."""
    words = ["the", "king", "of", "rome", "unseen"]
    matrix = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
    return WordVectors(Vocabulary(words, [5, 4, 3, 2, 1]), matrix)


HASHED = HashedConfig(bits=12, dropout=0.2)


def training(
    kind: str, hashed: HashedConfig | None = None, *, valid: bool = True, count: int = 60
) -> RecurrentTraining:
    """So many texts of this kind, ready to be learnt; those of tags with vectors of words."""
    return recurrent_training(
        tagged.sentences(kind, count),
        FORMS[kind],
        hashed,
        scheme=None if kind == "tags" else SCHEMES["BIO"],
        valid=tagged.sentences(kind, 7) if valid else None,
        vectors=vectors() if kind == "tags" else None,
    )


def tagger(kind: str, hashed: HashedConfig | None = None) -> RecurrentTagger:
    """A model of it."""
    made = training(kind, hashed, valid=False)
    train(made.learner)
    return made.model()


def segmenter_training(*, valid: bool = True, epochs: int = 2, count: int = 60) -> RecurrentSegmenterTraining:
    """Segmented text, ready to be learnt by a network and hashed features."""
    return recurrent_segmenter_training(
        segmented.sentences(count),
        replace(CONFIG, epochs=epochs),
        HASHED,
        valid=segmented.sentences(9, seed=2) if valid else None,
    )


def segmenter(epochs: int = 2) -> RecurrentSegmenter:
    """A model of it."""
    made = segmenter_training(valid=False, epochs=epochs)
    train(made.learner)
    return made.model()
