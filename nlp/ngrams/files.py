"""An n-gram model on disk: the arrays of each order, memory-mapped and searched in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Floats, Ids
from nlp.ngrams.config import MAX_ORDER
from nlp.ngrams.model import NgramLevel, NgramModel
from nlp.storage.kinds import NGRAM_MODEL
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.vocabulary import SPECIAL


def save_ngrams(writer: BinaryWriter, model: NgramModel, about: Mapping[str, Any] | None = None) -> None:
    """Write a model; `about` is further metadata, of types that JSON has. Raises: OSError from the writer."""
    arrays = vocabulary_arrays(model.vocabulary)
    for k, level in enumerate(model.levels, 1):
        arrays[f"log_probabilities_{k}"] = level.log_probabilities
        if k > 1:
            arrays[f"words_{k}"] = level.words
        if k < model.order:
            arrays |= {f"log_backoffs_{k}": level.log_backoffs, f"first_child_{k}": level.first_child}
    config = {"order": model.order, "level": model.vocabulary.level}
    write_model(writer, NGRAM_MODEL, {"config": config, **model.about, **(about or {})}, arrays)


def ngrams_of(file: ModelFile) -> NgramModel:
    """The model that `save_ngrams` wrote, checked so that no search in it can leave its arrays.

    Nothing is copied. Raises: ModelError if it is damaged, or its parts do not fit together
    """
    order, unit = _config(file)
    vocabulary = read_vocabulary(file, unit)
    levels: list[NgramLevel] = []
    words = np.arange(len(vocabulary), dtype=np.int32)
    for k in range(1, order + 1):
        if k > 1:
            words = _words(file, k, levels[-1].first_child, len(vocabulary))
        log_backoffs, first_child = np.zeros(0, np.float32), np.zeros(0, np.int32)
        if k < order:
            log_backoffs = _logarithms(file, f"log_backoffs_{k}", len(words))
            first_child = _offsets(file, k, len(words))
        log_probabilities = _logarithms(file, f"log_probabilities_{k}", len(words))
        levels.append(NgramLevel(words, log_probabilities, log_backoffs, first_child))
    return NgramModel(vocabulary, levels, file.metadata)


def _config(file: ModelFile) -> tuple[int, str]:
    config = file.metadata.get("config")
    order, level = (config.get("order"), config.get("level")) if isinstance(config, dict) else (None, None)
    if type(order) is not int or not 1 <= order <= MAX_ORDER or level not in [one for one in SPECIAL if one]:
        raise file.unusable(f"n-grams of order {order!r} and level {level!r}")
    return order, level


def _array(file: ModelFile, name: str, dtype: type, length: int | None = None) -> NDArray[Any]:
    array = np.asarray(file.array(name))
    if array.dtype != dtype or array.ndim != 1 or length not in (None, len(array)):
        raise file.unusable(f"its {name} are {array.dtype} of shape {array.shape}")
    return array


def _logarithms(file: ModelFile, name: str, length: int) -> Floats:
    """An array of logarithms of probabilities, each above 0 and at most 1."""
    logarithms = _array(file, name, np.float32, length)
    if length and not (logarithms.min() > -np.inf and logarithms.max() <= 0):
        raise file.unusable(f"its {name} are no probabilities")
    return logarithms


def _offsets(file: ModelFile, order: int, contexts: int) -> Ids:
    """Where in the next order the n-grams of each context begin; the last number is where they all end."""
    offsets: Ids = _array(file, f"first_child_{order}", np.int32, contexts + 1)
    if offsets[0] != 0 or (offsets[1:] < offsets[:-1]).any():
        raise file.unusable(f"its first_child_{order} are not in order")
    return offsets


def _words(file: ModelFile, order: int, offsets: Ids, vocabulary: int) -> Ids:
    """The last words of n-grams, rising within each context."""
    words: Ids = _array(file, f"words_{order}", np.int32, int(offsets[-1]))
    rises = np.ones(len(words) + 1, np.bool_)
    np.greater(words[1:], words[:-1], out=rises[1:-1])
    rises[offsets] = True
    if not rises.all() or (len(words) and not 0 <= words.min() <= words.max() < vocabulary):
        raise file.unusable(f"its words_{order} are not in order")
    return words
