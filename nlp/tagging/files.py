"""A tagger or a segmenter on disk: its labels and settings, and its weights as small as they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np

from nlp.data.labelled.schemes import SCHEMES, Scheme
from nlp.storage.kinds import SEGMENTER, TAGGER
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.settings import read_settings
from nlp.tagging.accessor_variety import MOST_LEVELS, MUTUAL, SIZE, SIZES, AccessorVariety
from nlp.tagging.config import TaggerConfig
from nlp.tagging.labels import Chain, entity_chain, free_chain, word_chain
from nlp.tagging.lattice import Moves
from nlp.tagging.lexicon import Lexicon
from nlp.tagging.packed import Bytes, PackedWeights, compressed_set, expanded_set, squeezed, unsqueezed
from nlp.tagging.segmenter import Segmenter, WordScores
from nlp.tagging.tagger import CHARACTERS, TOKENS, Tagger
from nlp.vectors.word_groups import group_arrays, read_word_groups

_MOST_LABELS = 255
_LARGEST_MOVE = 1 << 20


def save_segmenter(
    writer: BinaryWriter, model: Segmenter, config: TaggerConfig, about: Mapping[str, Any]
) -> None:
    """Write a segmenter; `about` is metadata beside its settings. Raises: OSError from the writer."""
    metadata = {"config": asdict(config), "labels": model.chain.names, **about}
    arrays = {**word_score_arrays(model.scores), "transitions": model.transitions}
    write_model(writer, SEGMENTER, metadata, arrays)


def segmenter_of(file: ModelFile) -> Segmenter:
    """The segmenter that `save_segmenter` wrote. Raises: ModelError if its parts do not fit together."""
    config, chain = read_settings(file, TaggerConfig), word_chain_of_file(file)
    try:
        scores = word_scores_of(file, config.bits, chain)
        return Segmenter(scores, _moves_of(file, chain), chain, file.metadata)
    except ValueError as error:
        raise file.unusable(error) from error


def save_tagger(writer: BinaryWriter, model: Tagger, config: TaggerConfig, about: Mapping[str, Any]) -> None:
    """Write a tagger; `about` is metadata beside its settings. Raises: OSError from the writer."""
    metadata = {"config": asdict(config), **form_of_tags(model), "temperature": model.temperature, **about}
    arrays = {**weight_arrays(model.weights), "transitions": model.transitions, **group_arrays(model.groups)}
    write_model(writer, TAGGER, metadata, arrays)


def tagger_of(file: ModelFile) -> Tagger:
    """The tagger that `save_tagger` wrote. Raises: ModelError if its parts do not fit together."""
    config, (chain, features, scheme) = read_settings(file, TaggerConfig), chain_of_file(file)
    try:
        weights, moves = weights_of(file, config.bits, chain), _moves_of(file, chain)
    except ValueError as error:
        raise file.unusable(error) from error
    fitted, groups = temperature_of(file), read_word_groups(file)
    return Tagger(weights, moves, chain, features, scheme, fitted, groups, file.metadata)


class TagsForm(Protocol):
    """What taggers of any kind know of their tags."""

    @property
    def chain(self) -> Chain:
        """The labels."""

    @property
    def features(self) -> str:
        """Whether tokens are words or characters."""

    @property
    def scheme(self) -> Scheme | None:
        """The scheme in which tags spell entities, if they do."""


def form_of_tags(model: TagsForm) -> dict[str, Any]:
    """What a file tells of the tags of a tagger, as metadata."""
    scheme = model.scheme.name if model.scheme else None
    return {"labels": model.chain.names, "features": model.features, "scheme": scheme}


def chain_of_file(file: ModelFile) -> tuple[Chain, str, Scheme | None]:
    """Labels, features and scheme of a tagger, of what `form_of_tags` told. Raises: ModelError."""
    names = _names(file)
    features, scheme = file.metadata.get("features"), file.metadata.get("scheme")
    if features not in (CHARACTERS, TOKENS) or scheme not in (None, *SCHEMES):
        raise file.unusable(f"its features are {features!r} and its scheme is {scheme!r}")
    chain = free_chain(names) if scheme is None else entity_chain(names)
    return chain, features, SCHEMES[scheme] if scheme else None


def temperature_of(file: ModelFile) -> float | None:
    """The temperature of a tagger, which one without held-out text has not. Raises: ModelError."""
    found = file.metadata.get("temperature")
    if found is not None and not (type(found) is float and 0 < found < np.inf):
        raise file.unusable(f"its temperature is {found!r}")
    return found


def word_chain_of_file(file: ModelFile) -> Chain:
    """The labels of a segmenter. Raises: ModelError."""
    try:
        return word_chain("".join(_names(file)))
    except ValueError as error:
        raise file.unusable(error) from error


def _variety_arrays(variety: AccessorVariety | None) -> dict[str, Any]:
    arrays = {}
    for key, levels in (variety.levels if variety else {}).items():
        used = np.flatnonzero(levels)
        arrays[f"strings_{key}"] = squeezed(compressed_set(used))
        arrays[f"levels_{key}"] = squeezed(levels[used].tobytes())
    return arrays


def _variety_of(file: ModelFile) -> AccessorVariety | None:
    """Raises: ValueError for what is not as `_variety_arrays` made it."""
    if f"levels_{MUTUAL}" not in file.metadata["arrays"]:
        return None
    of_keys = {}
    for key in (*SIZES, MUTUAL):
        used = expanded_set(unsqueezed(_bytes(file, f"strings_{key}"), 2 * SIZE), SIZE)
        levels = unsqueezed(_bytes(file, f"levels_{key}"), len(used))
        if len(levels) != len(used) or (len(levels) and levels.max() > MOST_LEVELS):
            raise ValueError(f"its levels of {len(used):,} strings are {len(levels):,}, or too high")
        of_keys[key] = np.zeros(SIZE, np.uint8)
        of_keys[key][used] = levels
    return AccessorVariety(of_keys)


def word_score_arrays(scores: WordScores) -> dict[str, Any]:
    """What a file holds of scores of words."""
    lexicon = squeezed(compressed_set(scores.lexicon.keys))
    return {**weight_arrays(scores.weights), "lexicon": lexicon, **_variety_arrays(scores.variety)}


def word_scores_of(file: ModelFile, bits: int, chain: Chain) -> WordScores:
    """Raises: ValueError for what is not as `word_score_arrays` made it."""
    keys = expanded_set(unsqueezed(_bytes(file, "lexicon"), Lexicon.size), Lexicon.size)
    return WordScores(weights_of(file, bits, chain), Lexicon(keys), _variety_of(file))


def weight_arrays(weights: PackedWeights) -> dict[str, Any]:
    """What a file holds of weights."""
    return {
        "buckets": squeezed(compressed_set(weights.used)),
        "weights": squeezed(weights.rows.tobytes()),
    }


def weights_of(file: ModelFile, bits: int, chain: Chain) -> PackedWeights:
    """Raises: ValueError for what is not as `weight_arrays` made it."""
    buckets, labels = 1 << bits, len(chain.names)
    used = expanded_set(unsqueezed(_bytes(file, "buckets"), 2 * buckets), buckets)
    values = unsqueezed(_bytes(file, "weights"), len(used) * labels).view(np.int8)
    if len(values) != len(used) * labels:
        raise ValueError(f"it has {len(values):,} weights for {len(used):,} buckets of {labels} labels")
    return PackedWeights(used, values.reshape(-1, labels), bits)


def _moves_of(file: ModelFile, chain: Chain) -> Moves:
    labels, moves = len(chain.names), np.asarray(file.array("transitions"))
    if moves.dtype != np.int32 or moves.shape != (labels, labels) or np.abs(moves).max() > _LARGEST_MOVE:
        raise ValueError(f"its transitions are {moves.dtype} of shape {moves.shape}, or too large")
    return moves


def _bytes(file: ModelFile, name: str) -> Bytes:
    array = np.asarray(file.array(name))
    if array.dtype != np.uint8 or array.ndim != 1:
        raise ValueError(f"its {name} are {array.dtype} of shape {array.shape}")
    return array


def _names(file: ModelFile) -> tuple[str, ...]:
    names = file.metadata.get("labels")
    are_names = isinstance(names, list) and all(isinstance(name, str) and name for name in names)
    if names and are_names and 2 <= len(set(names)) == len(names) <= _MOST_LABELS:
        return tuple(names)
    raise file.unusable("its labels are no list of different names")
