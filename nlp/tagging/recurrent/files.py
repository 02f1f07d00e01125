"""A recurrent tagger on disk: its settings, labels and words, and all its parameters as one vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from nlp.layers.arrays import Floats
from nlp.networks.files import float_vector
from nlp.networks.tagger import TaggerNetwork
from nlp.networks.tagger_config import RecurrentTaggerConfig
from nlp.storage.kinds import RECURRENT_TAGGER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.tagging.files import chain_of_file, form_of_tags
from nlp.tagging.recurrent.numbering import VECTOR_STEP, Numbering, no_vectors
from nlp.tagging.recurrent.tagger import RecurrentTagger
from nlp.text.vocabulary import CHARACTERS, WORDS, Vocabulary

_CHARACTERS, _PAIRS, _GIVEN = (
    "character_",
    "pair_",
    "given_",
)  # before the names of the arrays of these vocabularies


def save_recurrent_tagger(writer: BinaryWriter, model: RecurrentTagger, about: Mapping[str, Any]) -> None:
    """Write a tagger; `about` is metadata beside its settings. Raises: OSError from the writer."""
    numbering, network = model.numbering, model.network
    arrays = {
        **vocabulary_arrays(numbering.words),
        **vocabulary_arrays(numbering.characters, _CHARACTERS),
        **vocabulary_arrays(numbering.pairs, _PAIRS),
        "parameters": network.parameters.flat,
    }
    if len(numbering.given):
        given = np.rint(network.vectors[1:] / VECTOR_STEP).astype(np.int8)
        arrays |= {**vocabulary_arrays(numbering.given, _GIVEN), "vectors": given}
    metadata = {"config": asdict(network.config), **form_of_tags(model), **about}
    write_model(writer, RECURRENT_TAGGER, metadata, arrays)


def recurrent_tagger_of(file: ModelFile) -> RecurrentTagger:
    """The tagger that `save_recurrent_tagger` wrote. Raises: ModelError if its parts do not fit together."""
    config = read_settings(file, RecurrentTaggerConfig)
    chain, features, scheme = chain_of_file(file)
    given, vectors = _given(file)
    words, characters = read_vocabulary(file, WORDS), read_vocabulary(file, CHARACTERS, _CHARACTERS)
    pairs = read_vocabulary(file, WORDS, _PAIRS)
    numbering = Numbering(words, characters, pairs, given)
    values, rules = float_vector(file, "parameters"), (chain.allowed, chain.first, chain.last)
    sizes = len(words), len(characters), len(pairs)
    try:
        network = TaggerNetwork(config, *sizes, vectors, rules, dtype=values.dtype, parameters=values)
    except ValueError as error:
        raise file.unusable(f"by its settings, {error}") from error
    return RecurrentTagger(network, chain, numbering, features, scheme, file.metadata)


def _given(file: ModelFile) -> tuple[Vocabulary, Floats]:
    """The words that were given with vectors, and these behind a row of zeros."""
    if "vectors" not in file.metadata["arrays"]:
        return no_vectors()
    given, matrix = read_vocabulary(file, prefix=_GIVEN), file.array("vectors")
    if matrix.dtype != np.int8 or matrix.ndim != 2 or len(matrix) != len(given):
        raise file.unusable(f"its vectors are {matrix.dtype} of shape {matrix.shape}")
    vectors = np.zeros((len(matrix) + 1, matrix.shape[1]), np.float32)
    np.multiply(matrix, np.float32(VECTOR_STEP), out=vectors[1:])
    return given, vectors
