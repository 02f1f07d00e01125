"""A language model on disk: its settings, its tokens, and all its parameters as one memory-mapped vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nlp.errors import InputError
from nlp.layers.arrays import Floats
from nlp.networks.config import LanguageModelConfig
from nlp.networks.network import Network, NetworkConfig
from nlp.networks.transformer_config import TransformerConfig
from nlp.storage.kinds import FILL_MODEL, LANGUAGE_MODEL, TRANSFORMER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class LoadedLanguageModel:
    """A model as its file has it.

    Attributes: `model`, its parameters read-only and memory-mapped; `vocabulary`; `metadata`, all that the
    file says of it.
    """

    model: Network
    vocabulary: Vocabulary
    metadata: dict[str, Any]


def kind_of(config: NetworkConfig) -> str:
    """The kind of model file that these settings go into."""
    if isinstance(config, TransformerConfig):
        return TRANSFORMER
    return FILL_MODEL if config.bidirectional else LANGUAGE_MODEL


def save_language_model(
    writer: BinaryWriter, model: Network, vocabulary: Vocabulary, about: Mapping[str, Any]
) -> None:
    """Write a trained model; `about` is metadata beside its settings, of types that JSON has.

    Raises: ValueError as `write_model`; OSError from the writer
    """
    arrays = {**vocabulary_arrays(vocabulary), "parameters": model.parameters.flat}
    if model.parameters.averages.size:
        arrays["statistics"] = model.parameters.averages
    write_model(writer, kind_of(model.config), {"config": asdict(model.config), **about}, arrays)


def language_model_of(file: ModelFile) -> LoadedLanguageModel:
    """The model that `save_language_model` wrote; nothing of its parameters is copied.

    Raises: ModelError if it is damaged, or its parts do not fit together
    """
    config = _config(file)
    vocabulary = read_vocabulary(file, config.level)
    values = float_vector(file, "parameters")
    # A model without batch normalisation has no statistics; one with it refuses the empty vector.
    averages = float_vector(file, "statistics") if "statistics" in file.metadata["arrays"] else values[:0]
    if averages.dtype != values.dtype:
        raise file.unusable(f"its parameters are {values.dtype}, but its statistics {averages.dtype}")
    try:
        model = Network(config, len(vocabulary), dtype=values.dtype, parameters=values, averages=averages)
    except (ValueError, InputError) as error:
        raise file.unusable(f"by its settings, {error}") from error
    return LoadedLanguageModel(model, vocabulary, file.metadata)


def _config(file: ModelFile) -> NetworkConfig:
    """The settings of a language model of this kind."""
    config: NetworkConfig
    if file.kind == TRANSFORMER:
        config = read_settings(file, TransformerConfig)
    else:
        config = read_settings(file, LanguageModelConfig)
    if kind_of(config) != file.kind:
        raise file.unusable(f"of kind {file.kind!r}, but its settings are of {kind_of(config)!r}")
    return config


def float_vector(file: ModelFile, name: str) -> Floats:
    """The vector of finite numbers of this name. Raises: ModelError if it is none."""
    vector = file.array(name)
    if vector.ndim != 1 or vector.dtype not in {np.dtype(np.float32), np.dtype(np.float64)}:
        raise file.unusable(f"its {name} are {vector.dtype} of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise file.unusable(f"its {name} are not finite")
    return vector
