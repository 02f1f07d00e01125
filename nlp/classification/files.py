"""A text classifier on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.classification.classifier import Classifier, Weights
from nlp.classification.config import ClassifierConfig
from nlp.classification.losses import make_loss
from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.settings import settings_of
from nlp.storage.kinds import CLASSIFIER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.vectors.word_groups import group_arrays, read_word_groups


def save_classifier(writer: BinaryWriter, model: Classifier, about: Mapping[str, Any]) -> None:
    """Write a trained classifier; `about` is further metadata, of types that JSON has. Raises: OSError."""
    labels = "\n".join(model.labels).encode("utf-8", "surrogatepass")
    arrays: dict[str, NDArray[Any]] = {
        "labels": np.frombuffer(labels, np.uint8),
        "counts": model.counts.astype(np.int64),
        "used": model.used,
        "table": model.weights.table,
    }
    arrays |= group_arrays(model.groups)
    if model.weights.output is not None:
        arrays["output"] = model.weights.output
    metadata = {"config": asdict(model.config), "temperature": model.temperature, **about}
    write_model(writer, CLASSIFIER, metadata, arrays)


def classifier_of(file: ModelFile) -> Classifier:
    """The classifier that `save_classifier` wrote; its table is not copied.

    Raises: ModelError if it is damaged, or its parts do not fit together
    """
    config = _config(file)
    temperature, spelt = file.metadata.get("temperature"), file.array("labels").tobytes()
    try:
        labels = spelt.decode("utf-8", "surrogatepass").split("\n")
    except ValueError as error:
        raise file.unusable(error) from error
    counts, used = file.array("counts"), file.array("used")
    has_labels = counts.dtype == np.int64 and counts.shape == (len(labels),) and len(labels) > 1
    if type(temperature) is not float or not 0 < temperature < np.inf or not has_labels or counts.min() < 0:
        raise file.unusable("its labels or their temperature are none")
    if used.dtype != np.int32 or used.ndim != 1 or not len(used):
        raise file.unusable("its buckets are none")
    if not 0 <= used.min() <= used.max() < config.buckets:
        raise file.unusable("its buckets are out of range")
    try:
        scores = make_loss(config.loss, counts).scores
    except InputError as error:
        raise file.unusable(error) from error
    dim = config.dim or 0
    table = _matrix(file, "table", (len(used) + 1, dim or scores))
    output = _matrix(file, "output", (scores, dim)) if dim else None
    return Classifier(
        config,
        labels,
        counts,
        used,
        Weights(table, output),
        temperature,
        read_word_groups(file),
        file.metadata,
    )


def _config(file: ModelFile) -> ClassifierConfig:
    """The settings, each checked for its type. One that is unknown, of a later version say, is an error."""
    given = file.metadata.get("config")
    kinds = {name: (known.kind, known.default is None) for name, known in settings_of(ClassifierConfig)}
    if not isinstance(given, dict) or given.keys() != kinds.keys():
        raise file.unusable("its settings are not those of this nlptool")
    for name, value in given.items():
        kind, may_lack = kinds[name]
        is_number = kind == "float" and type(value) is int
        if type(value).__name__ != kind and not is_number and not (may_lack and value is None):
            raise file.unusable(f"its setting {name} is {value!r}")
    try:
        return ClassifierConfig(**given)
    except InputError as error:
        raise file.unusable(error) from error


def _matrix(file: ModelFile, name: str, shape: tuple[int, int]) -> Floats:
    """A matrix of finite weights. Raises: ModelError."""
    matrix: Floats = file.array(name)
    if matrix.dtype != np.float32 or matrix.shape != shape:
        raise file.unusable(f"its {name} is {matrix.dtype} of shape {matrix.shape}")
    if not np.isfinite(matrix.sum(dtype=np.float64)):
        raise file.unusable(f"its {name} has weights that are not finite")
    return matrix
