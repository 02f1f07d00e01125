"""Networks that label tokens on disk: settings, labels, words, all parameters as one vector, and features."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nlp.errors import SettingError
from nlp.networks.files import float_vector
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.token_config import TokenNetworkConfig
from nlp.networks.token_files import numbering_arrays, read_numbering
from nlp.networks.token_numbering import Numbering
from nlp.storage.kinds import RECURRENT_SEGMENTER, RECURRENT_TAGGER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.tagging.config import HashedConfig
from nlp.tagging.files import (
    chain_of_file,
    form_of_tags,
    temperature_of,
    weight_arrays,
    weights_of,
    word_chain_of_file,
    word_score_arrays,
    word_scores_of,
)
from nlp.tagging.labels import Chain
from nlp.tagging.recurrent.tagger import AddedScores, RecurrentLabels, RecurrentSegmenter, RecurrentTagger
from nlp.tagging.segmenter import WordScores
from nlp.tagging.tagger import TagScores


def save_recurrent_tagger(writer: BinaryWriter, model: RecurrentTagger, about: Mapping[str, Any]) -> None:
    """Write a tagger; `about` is metadata beside its settings. Raises: OSError from the writer."""
    form = form_of_tags(model) | {"temperature": model.temperature}
    _save(writer, RECURRENT_TAGGER, model, form, about)


def save_recurrent_segmenter(
    writer: BinaryWriter, model: RecurrentSegmenter, about: Mapping[str, Any]
) -> None:
    """Write a segmenter; `about` is metadata beside its settings. Raises: OSError from the writer."""
    _save(writer, RECURRENT_SEGMENTER, model, {"labels": model.chain.names}, about)


def recurrent_tagger_of(file: ModelFile) -> RecurrentTagger:
    """The tagger that `save_recurrent_tagger` wrote. Raises: ModelError if its parts do not fit together."""
    chain, features, scheme = chain_of_file(file)
    network, numbering = _network_of(file, chain)
    added = None
    if "hashed" in file.metadata:
        bits, scale = _hashed_of(file)
        try:
            added = AddedScores(TagScores(weights_of(file, bits, chain), features), scale)
        except ValueError as error:
            raise file.unusable(error) from error
    return RecurrentTagger(
        network=network,
        chain=chain,
        numbering=numbering,
        added=added,
        metadata=file.metadata,
        features=features,
        scheme=scheme,
        temperature=temperature_of(file) or 1.0,
    )


def recurrent_segmenter_of(file: ModelFile) -> RecurrentSegmenter:
    """The segmenter that was written. Raises: ModelError if its parts do not fit together."""
    chain = word_chain_of_file(file)
    network, numbering = _network_of(file, chain)
    bits, scale = _hashed_of(file)
    try:
        added = AddedScores(word_scores_of(file, bits, chain), scale)
    except ValueError as error:
        raise file.unusable(error) from error
    return RecurrentSegmenter(
        network=network, chain=chain, numbering=numbering, added=added, metadata=file.metadata
    )


def _save(
    writer: BinaryWriter, kind: str, model: RecurrentLabels, form: Mapping[str, Any], about: Mapping[str, Any]
) -> None:
    network, added = model.network, model.added
    arrays = numbering_arrays(model.numbering, network.encoder.vectors)
    arrays |= {"parameters": network.parameters.flat}
    metadata = {"config": asdict(network.config), **form}
    if added:
        linear = added.linear
        if isinstance(linear, WordScores):
            arrays |= word_score_arrays(linear)
        else:
            arrays |= weight_arrays(linear.weights)
        metadata |= {"hashed": {"bits": linear.weights.bits, "scale": added.scale}}
    write_model(writer, kind, {**metadata, **about}, arrays)


def _network_of(file: ModelFile, chain: Chain) -> tuple[TaggerNetwork, Numbering]:
    config = read_settings(file, TokenNetworkConfig)
    numbering, vectors = read_numbering(file)
    values, rules = float_vector(file, "parameters"), (chain.allowed, chain.first, chain.last)
    try:
        network = TaggerNetwork(
            config, *numbering.sizes, vectors, rules, dtype=values.dtype, parameters=values
        )
    except ValueError as error:
        raise file.unusable(f"by its settings, {error}") from error
    return network, numbering


def _hashed_of(file: ModelFile) -> tuple[int, float]:
    """The bits of a bucket, and by what weights were multiplied."""
    try:
        bits, scale = (file.metadata["hashed"][name] for name in ("bits", "scale"))
        HashedConfig(bits=bits)
        if type(bits) is int and type(scale) is float and 0 < scale < math.inf:
            return bits, scale
    except (LookupError, TypeError, SettingError):
        pass
    raise file.unusable(f"its features are {file.metadata.get('hashed')!r}")
