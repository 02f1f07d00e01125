"""A word2vec model on disk, with all that a later training needs to continue from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from nlp.errors import ModelError, NoModelError, SettingError
from nlp.storage.kinds import WORD_VECTORS, open_kind
from nlp.storage.model_file import BinaryWriter
from nlp.vectors.files import foreign_vectors, save_vectors, vectors_of
from nlp.vectors.word_vectors import WordVectors
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.learner import EarlierModel, Word2Vec
from nlp.wording import Message

_OUTPUT_VECTORS = "output_vectors"
_FIXED = ("arch", "loss", "dim", "subwords")  # settings that a later training cannot change


def save_word2vec(writer: BinaryWriter, model: Word2Vec, about: Mapping[str, Any]) -> None:
    """Write a trained model; `about` it are further metadata, of types that JSON has.

    Raises: OSError from the writer
    """
    metadata = {"config": asdict(model.config), **about, **model.curves.figures()}
    others: dict[str, Any] = {_OUTPUT_VECTORS: model.output_vectors}
    if model.subwords:
        metadata["subwords"] = model.subwords.metadata()
        others |= model.subwords.arrays()
    save_vectors(writer, model.vocabulary, model.input_vectors, metadata=metadata, others=others)


def load_earlier(path: str) -> tuple[EarlierModel, dict[str, Any]]:
    """Read a model to continue from, or word vectors of another tool, and the settings that they decide.

    Raises: ModelError if it is damaged, or of a kind that cannot be trained further; OSError if it can't be
            read; as `load_vectors`
    """
    try:
        model = open_kind(path, WORD_VECTORS)
    except NoModelError:
        return _decided(foreign_vectors(path))
    config = model.metadata.get("config")
    if _OUTPUT_VECTORS not in model.metadata["arrays"] and "subwords" not in model.metadata:
        return _decided(vectors_of(model))
    if not isinstance(config, dict):
        raise model.unusable("its settings are missing")
    if config.get("subwords"):
        raise ModelError(f"{path}: a model with subwords cannot be updated; train on all of the text")
    if config.get("loss") == "hs":
        raise ModelError(
            Message(
                "{path}: its hierarchical softmax is a tree over its own words, where new ones have no "
                "place; train on all of the text, or update a model of `loss` ns",
                path=path,
            )
        )
    vectors, outputs = vectors_of(model), model.array(_OUTPUT_VECTORS)
    if outputs.shape != vectors.matrix.shape or outputs.dtype != vectors.matrix.dtype:
        raise ModelError(f"{path}: output vectors of shape {outputs.shape}; train it again")
    unsaid = [name for name in _FIXED if name not in config]
    if unsaid or config["dim"] != vectors.matrix.shape[1]:
        what = unsaid[0] if unsaid else "dim"
        raise ModelError(f"{path}: its settings do not tell the {what} of its vectors; train it again")
    try:
        Word2VecConfig(**{name: config[name] for name in _FIXED})
    except SettingError as error:  # it is not the user who chose them
        raise model.unusable(error) from error
    sha256 = model.metadata["arrays"]["vectors"]["sha256"]
    return EarlierModel(vectors.vocabulary, vectors.matrix, outputs, sha256), config


def vectors_alone(vectors: WordVectors) -> EarlierModel:
    """Vectors without what predicts with them, which a training begins anew."""
    sha256 = hashlib.sha256(np.ascontiguousarray(vectors.matrix).data).hexdigest()
    return EarlierModel(vectors.vocabulary, vectors.matrix, None, sha256, vectors.warnings)


def _decided(vectors: WordVectors) -> tuple[EarlierModel, dict[str, Any]]:
    """Vectors alone, which decide no setting but their dimensions."""
    return vectors_alone(vectors), {"dim": vectors.matrix.shape[1]}


def settings_of_earlier(path: str, config: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that an earlier model decides, after a check that those `chosen` agree with them.

    Raises: SettingError naming a setting that does not
    """
    fixed = {name: config[name] for name in _FIXED if name in config}
    for name, value in chosen.items():
        if name in fixed and fixed[name] != value:
            told = f"`{name}` is {{value}}, but {{earlier}} in {{path}}, and stays so; leave it out"
            raise SettingError(Message(told, value=value, earlier=fixed[name], path=path))
    return fixed
