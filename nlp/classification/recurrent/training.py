"""Labelled texts made ready to train a recurrent classifier, and the classifier made of what was learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nlp.classification.examples import weighted
from nlp.classification.learner import check_texts
from nlp.classification.losses import make_loss
from nlp.classification.recurrent.classifier import RecurrentClassifier
from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.classification.recurrent.learner import Labelled, RecurrentClassifierLearner
from nlp.classification.recurrent.network import ClassifierNetwork
from nlp.classification.recurrent.texts import LabelledTokens
from nlp.layers.arrays import Floats
from nlp.networks.token_numbering import Numbering, given_vectors, no_vectors
from nlp.vectors.word_vectors import WordVectors

_STARTING = np.float32(0.2)  # of a given vector: what is learnt starts small beside what is given


@dataclass(frozen=True)
class RecurrentTraining:
    """A learner of a recurrent classifier, and what its model needs beside the network."""

    learner: RecurrentClassifierLearner
    numbering: Numbering
    texts: LabelledTokens

    def model(self) -> RecurrentClassifier:
        """The classifier as it has been learnt, calibrated where there are held-out texts."""
        learner, texts = self.learner, self.texts
        return RecurrentClassifier(
            learner.network, self.numbering, texts.labels, texts.counts, learner.temperature()
        )


def recurrent_training(
    texts: LabelledTokens,
    config: RecurrentClassifierConfig,
    *,
    class_weights: Floats | None = None,
    valid: LabelledTokens | None = None,
    vectors: WordVectors | None = None,
) -> RecurrentTraining:
    """Make labelled texts ready.

    Where there are vectors, words have two: the given one, and one that starts from it and is learnt.

    Raises: InputError where there is nothing to learn, or to evaluate

    Source: Kim 2014, "Convolutional neural networks for sentence classification", §3.1 (two channels)
    """
    check_texts(texts, valid)
    given, matrix = given_vectors(vectors, texts.tokens) if vectors else no_vectors()
    if vectors:
        config = replace(config, embed_dim=matrix.shape[1])
    numbering = Numbering.of(texts.tokens, given, pairs=config.pair_dim > 0)
    loss = make_loss(config.loss, texts.counts)
    network = ClassifierNetwork(config, *numbering.sizes, matrix, loss.scores)
    examples = Labelled(numbering.numbered(texts.tokens), weighted(texts.shares, class_weights))
    held_out = Labelled(numbering.numbered(valid.tokens), valid.shares) if valid is not None else None
    forgotten = _forgotten(numbering, config.word_dropout)
    learner = RecurrentClassifierLearner(network, loss, examples, forgotten, valid=held_out)
    if vectors:
        rows = numbering.vectors_of_words()
        network.parameters["E"][rows > 0] = _STARTING * matrix[rows[rows > 0]]
    return RecurrentTraining(learner, numbering, texts)


def _forgotten(numbering: Numbering, dropout: float) -> Floats:
    """How often each word is read as unknown: the rarer it is, the more.

    Equation: p = α / (α + n),   n the occurrences of the word, α the dropout
    Source:   Kiperwasser & Goldberg 2016, "Simple and accurate dependency parsing using bidirectional LSTM
              feature representations"
    """
    counts = np.maximum(numbering.words.counts, 1)
    found: Floats = dropout / (dropout + counts)
    return found
