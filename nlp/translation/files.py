"""A translation model on disk: its settings, the pieces of words, and all its parameters as one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nlp.networks.files import float_vector
from nlp.storage.byte_pairs import byte_pair_arrays, read_byte_pairs
from nlp.storage.kinds import TRANSLATOR
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.translation.config import TranslationConfig
from nlp.translation.networks import network_of
from nlp.translation.pairs import Pieces
from nlp.translation.translator import Translator

_SOURCE = "source_"  # before the names of the arrays of its pieces


def save_translator(writer: BinaryWriter, model: Translator, about: Mapping[str, Any]) -> None:
    """Write a trained model; `about` is metadata beside its settings. Raises: OSError from the writer."""
    network, pieces = model.network, model.pieces
    arrays = {"parameters": network.parameters.flat, **byte_pair_arrays(pieces.target)}
    if not network.config.share:
        arrays |= byte_pair_arrays(pieces.source, _SOURCE)
    write_model(writer, TRANSLATOR, {"config": asdict(network.config), **about}, arrays)


def translator_of(file: ModelFile) -> Translator:
    """The model that `save_translator` wrote. Raises: ModelError if its parts do not fit together."""
    config = read_settings(file, TranslationConfig)
    target = read_byte_pairs(file)
    pieces = Pieces(target if config.share else read_byte_pairs(file, _SOURCE), target)
    values = float_vector(file, "parameters")
    try:
        network = network_of(config, pieces.sizes, values.dtype, values)
    except ValueError as error:
        raise file.unusable(f"by its settings, {error}") from error
    return Translator(network, pieces, file.metadata)
