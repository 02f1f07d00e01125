"""Word vectors on disk: nlptool's own models, and the formats of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import NoModelError
from nlp.layers.arrays import Floats
from nlp.storage.kinds import WORD_VECTORS, open_kind
from nlp.storage.model_file import BinaryWriter, ModelFile, write_model
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.vocabulary import Vocabulary
from nlp.vectors.formats import read_foreign
from nlp.vectors.subwords import Subwords
from nlp.vectors.word_vectors import WordVectors


def save_vectors(
    writer: BinaryWriter,
    vocabulary: Vocabulary,
    vectors: Floats,
    *,
    metadata: Mapping[str, Any],
    others: Mapping[str, NDArray[Any]] | None = None,
) -> None:
    """Write word vectors as one model file, with `others`, the arrays that a later training needs as well.

    Raises: ValueError for a vocabulary that `load_vectors` would not read back; OSError from the writer.
    """
    arrays = {**vocabulary_arrays(vocabulary), "vectors": vectors, **(others or {})}
    write_model(writer, WORD_VECTORS, metadata, arrays)


def save_small_vectors(
    writer: BinaryWriter, vocabulary: Vocabulary, vectors: Floats, *, metadata: Mapping[str, Any]
) -> None:
    """Write word vectors in a quarter of the size: eight bits a number, one float32 scale a row.

    Equation: v ≈ s q,   s = max |v| / 127,   q = round(v / s)
    """
    scales = np.maximum(np.abs(vectors).max(axis=1), np.finfo(np.float32).tiny) / np.float32(127)
    quantized = np.rint(vectors / scales[:, None]).astype(np.int8)
    arrays = {**vocabulary_arrays(vocabulary), "vectors": quantized, "scales": scales.astype(np.float32)}
    write_model(writer, WORD_VECTORS, metadata, arrays)


def load_vectors(path: str, limit: int | None = None) -> WordVectors:
    """Read word vectors: a model of nlptool, or a format of another tool, recognised by its first bytes.

    With a `limit`, only the first words are read. What is odd about a file and yet read, such as a row of NaN
    that is left out, is told in `warnings` of the result; in its metadata, another tool's `format`.

    Raises: ModelError if the file is damaged or of another kind; InputError for a line of text that does not
            fit; NoModelError if its format is unknown; OSError if it can't be read.
    """
    try:
        return vectors_of(open_kind(path, WORD_VECTORS), limit)
    except NoModelError:
        return foreign_vectors(path, limit)


def foreign_vectors(path: str, limit: int | None = None) -> WordVectors:
    """Read word vectors in a format of another tool: see `load_vectors`."""
    foreign = read_foreign(path, limit)
    vocabulary, matrix, warnings = foreign.read
    metadata = {"format": foreign.form}
    if foreign.compression:
        metadata["compression"] = foreign.compression
    matrix = np.asarray(matrix, np.float32)
    return WordVectors(vocabulary, matrix, metadata, warnings=tuple(warnings))


def vectors_of(model: ModelFile, limit: int | None = None) -> WordVectors:
    """The word vectors that `save_vectors` wrote, or the first of them.

    Raises: ModelError if it is damaged, or its parts do not fit together
    """
    vocabulary, matrix = read_vocabulary(model), _matrix(model)
    if len(matrix) != len(vocabulary):
        raise model.unusable(f"{len(vocabulary)} words but vectors of shape {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise model.unusable("its vectors are not finite")
    if limit is not None and limit < len(vocabulary):
        vocabulary = Vocabulary(vocabulary.words[:limit], vocabulary.counts[:limit])
        matrix = matrix[:limit]
    compose = _Parts(model, matrix.shape[1]).compose if "subwords" in model.metadata else None
    return WordVectors(vocabulary, matrix, model.metadata, compose)


@dataclass(frozen=True)
class _Parts:
    """The n-gram vectors of a model; as they may be large, they are read only for the first unseen word."""

    model: ModelFile
    dim: int

    def compose(self, word: str) -> Floats | None:
        """The vector of a word that has no row; see `Subwords.vector`."""
        return self._subwords.vector(word)

    @cached_property
    def _subwords(self) -> Subwords:
        buckets, vectors = self.model.array("subword_buckets"), self.model.array("subword_vectors")
        if buckets.dtype != np.int32 or buckets.ndim != 1 or (np.diff(buckets) <= 0).any():
            raise self.model.unusable("its n-grams are not in order")
        try:
            subwords = Subwords.from_arrays(self.model.metadata["subwords"], buckets, vectors)
        except (TypeError, ValueError) as error:
            raise self.model.unusable(f"its subwords are unusable ({error})") from error
        if vectors.shape != (len(buckets), self.dim) or not np.isfinite(vectors).all():
            raise self.model.unusable(f"{len(buckets)} n-grams but vectors of {vectors.shape}")
        return subwords


def _matrix(model: ModelFile) -> Floats:
    """The vectors, restored where they are stored in eight bits; see `save_small_vectors`."""
    matrix = model.array("vectors")
    if matrix.ndim != 2 or matrix.dtype.str not in {"<f4", "|i1"}:
        raise model.unusable(f"its vectors are {matrix.dtype} of shape {matrix.shape}")
    if matrix.dtype != np.int8:
        return matrix
    scales: Floats = model.array("scales")
    if scales.shape != matrix.shape[:1] or scales.dtype != np.float32:
        raise model.unusable(f"{len(matrix)} vectors but scales of shape {scales.shape}")
    return matrix * scales[:, None]
