"""A recurrent tagger on disk: its settings, labels and words, and all its parameters as one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nlp.networks.files import float_vector
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.token_files import numbering_arrays, read_numbering
from nlp.storage.kinds import RECURRENT_TAGGER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.tagging.files import chain_of_file, form_of_tags
from nlp.tagging.recurrent.tagger import RecurrentTagger


def save_recurrent_tagger(writer: BinaryWriter, model: RecurrentTagger, about: Mapping[str, Any]) -> None:
    """Write a tagger; `about` is metadata beside its settings. Raises: OSError from the writer."""
    network = model.network
    numbers = numbering_arrays(model.numbering, network.encoder.vectors)
    metadata = {"config": asdict(network.config), **form_of_tags(model), **about}
    arrays = {**numbers, "parameters": network.parameters.flat}
    write_model(writer, RECURRENT_TAGGER, metadata, arrays)


def recurrent_tagger_of(file: ModelFile) -> RecurrentTagger:
    """The tagger that `save_recurrent_tagger` wrote. Raises: ModelError if its parts do not fit together."""
    config = read_settings(file, TokenNetworkConfig)
    chain, features, scheme = chain_of_file(file)
    numbering, vectors = read_numbering(file)
    values, rules = float_vector(file, "parameters"), (chain.allowed, chain.first, chain.last)
    try:
        network = TaggerNetwork(
            config, *numbering.sizes, vectors, rules, dtype=values.dtype, parameters=values
        )
    except ValueError as error:
        raise file.unusable(f"by its settings, {error}") from error
    return RecurrentTagger(network, chain, numbering, features, scheme, file.metadata)
