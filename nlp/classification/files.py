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
from nlp.classification.quantization import Packed, pack, unpack
from nlp.errors import InputError
from nlp.layers.arrays import Floats, Ids
from nlp.storage.kinds import CLASSIFIER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.vectors.word_groups import group_arrays, read_word_groups

_HIGHEST_EXPONENT = 120  # 2^120 127 is finite in 32 bits


def save_classifier(writer: BinaryWriter, model: Classifier, about: Mapping[str, Any]) -> None:
    """Write a trained classifier; `about` is further metadata, of types that JSON has. Raises: OSError."""
    labels = "\n".join(model.labels).encode("utf-8", "surrogatepass")
    arrays: dict[str, NDArray[Any]] = {
        "labels": np.frombuffer(labels, np.uint8),
        "counts": model.counts.astype(np.int64),
    }
    table, used = model.weights.table, model.used
    arrays |= vars(pack(table[1:], used)) if model.config.quantize else {"used": used, "table": table}
    arrays |= group_arrays(model.groups)
    if model.weights.output is not None:
        arrays["output"] = model.weights.output
    metadata = {"config": asdict(model.config), "temperature": model.temperature, **about}
    write_model(writer, CLASSIFIER, metadata, arrays)


def classifier_of(file: ModelFile) -> Classifier:
    """The classifier that `save_classifier` wrote; its table is not copied, unless it was quantized.

    Raises: ModelError if it is damaged, or its parts do not fit together
    """
    config = read_settings(file, ClassifierConfig)
    temperature, spelt = read_temperature(file), file.array("labels").tobytes()
    try:
        labels = spelt.decode("utf-8", "surrogatepass").split("\n")
    except ValueError as error:
        raise file.unusable(error) from error
    counts = file.array("counts")
    has_labels = counts.dtype == np.int64 and counts.shape == (len(labels),) and len(labels) > 1
    if not has_labels or counts.min() < 0:
        raise file.unusable("its labels are none")
    try:
        scores = make_loss(config.loss, counts).scores
    except InputError as error:
        raise file.unusable(error) from error
    dim = config.dim or 0
    table, used = (_unpacked if config.quantize else _plain)(file, dim or scores, config.buckets)
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


def _plain(file: ModelFile, columns: int, buckets: int) -> tuple[Floats, Ids]:
    """The table and the buckets of its rows. Raises: ModelError."""
    used = file.array("used")
    if used.dtype != np.int32 or used.ndim != 1 or not len(used):
        raise file.unusable("its buckets are none")
    if not 0 <= used.min() <= used.max() < buckets:
        raise file.unusable("its buckets are out of range")
    return _matrix(file, "table", (len(used) + 1, columns)), used


def _unpacked(file: ModelFile, columns: int, buckets: int) -> tuple[Floats, Ids]:
    """The table and the buckets of its rows, which a quantized model packs. Raises: ModelError."""
    packed = Packed(file.array("codes"), file.array("exponents"), file.array("gaps"))
    rows = packed.rows
    types = [array.dtype.str for array in (packed.codes, packed.exponents, packed.gaps)]
    if types != ["|i1", "|i1", "|u1"] or packed.gaps.ndim != 1 or not rows:
        raise file.unusable("its packed weights are none")
    if packed.codes.shape != (rows, columns) or packed.exponents.shape != (rows,):
        raise file.unusable(f"its packed weights are of shape {packed.codes.shape}")
    if packed.exponents.max() > _HIGHEST_EXPONENT:
        raise file.unusable("its packed weights are not finite")
    table, used = unpack(packed)
    if not 0 <= used.min() <= used.max() < buckets:
        raise file.unusable("its buckets are out of range")
    return table, used.astype(np.int32)


def read_temperature(file: ModelFile) -> float:
    """By what scores are divided. Raises: ModelError."""
    temperature = file.metadata.get("temperature")
    if type(temperature) is not float or not 0 < temperature < np.inf:
        raise file.unusable("its temperature is none")
    return temperature


def _matrix(file: ModelFile, name: str, shape: tuple[int, int]) -> Floats:
    """A matrix of finite weights. Raises: ModelError."""
    matrix: Floats = file.array(name)
    if matrix.dtype != np.float32 or matrix.shape != shape:
        raise file.unusable(f"its {name} is {matrix.dtype} of shape {matrix.shape}")
    if not np.isfinite(matrix.sum(dtype=np.float64)):
        raise file.unusable(f"its {name} has weights that are not finite")
    return matrix
