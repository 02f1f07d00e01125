"""A recurrent classifier on disk: its settings, labels and words, and all its parameters as one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from nlp.classification.files import read_temperature
from nlp.classification.recurrent.classifier import RecurrentClassifier
from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.classification.recurrent.network import ClassifierNetwork
from nlp.networks.files import float_vector
from nlp.networks.token_files import numbering_arrays, read_numbering
from nlp.storage.kinds import RECURRENT_CLASSIFIER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.vocabulary import Vocabulary

_LABEL = "label_"  # before the names of the arrays of labels


def save_recurrent_classifier(
    writer: BinaryWriter, model: RecurrentClassifier, about: Mapping[str, Any]
) -> None:
    """Write a trained classifier; `about` is metadata beside its settings. Raises: OSError."""
    arrays = {
        **vocabulary_arrays(Vocabulary(model.labels, model.counts.tolist()), _LABEL),
        **numbering_arrays(model.numbering, model.network.encoder.vectors),
        "parameters": model.network.parameters.flat,
    }
    metadata = {"config": asdict(model.config), "temperature": model.temperature, **about}
    write_model(writer, RECURRENT_CLASSIFIER, metadata, arrays)


def recurrent_classifier_of(file: ModelFile) -> RecurrentClassifier:
    """The classifier that `save_recurrent_classifier` wrote.

    Raises: ModelError if it is damaged, or its parts do not fit together
    """
    config = read_settings(file, RecurrentClassifierConfig)
    labels, temperature = read_vocabulary(file, prefix=_LABEL), read_temperature(file)
    numbering, vectors = read_numbering(file)
    values = float_vector(file, "parameters")
    try:
        network = ClassifierNetwork(
            config, *numbering.sizes, vectors, len(labels), dtype=values.dtype, parameters=values
        )
    except ValueError as error:
        raise file.unusable(f"by its settings, {error}") from error
    counts = np.array(labels.counts, np.int64)
    return RecurrentClassifier(network, numbering, tuple(labels.words), counts, temperature, file.metadata)
