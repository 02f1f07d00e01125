"""The numbers of tokens as a model file has them, and the vectors that were given with words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.layers.arrays import Floats
from nlp.networks.token_numbering import VECTOR_STEP, Numbering, no_vectors
from nlp.storage.model_file import ModelFile
from nlp.storage.vocabulary import read_vocabulary, vocabulary_arrays
from nlp.text.vocabulary import CHARACTERS, WORDS, Vocabulary

_CHARACTERS, _PAIRS, _GIVEN = (
    "character_",
    "pair_",
    "given_",
)  # before the names of the arrays of these vocabularies


def numbering_arrays(numbering: Numbering, vectors: Floats) -> dict[str, npt.NDArray[Any]]:
    """The arrays of all vocabularies, and the `vectors` of given words, behind a row of zeros."""
    arrays = {
        **vocabulary_arrays(numbering.words),
        **vocabulary_arrays(numbering.characters, _CHARACTERS),
        **vocabulary_arrays(numbering.pairs, _PAIRS),
    }
    if len(numbering.given):
        given = np.rint(vectors[1:] / VECTOR_STEP).astype(np.int8)
        arrays |= {**vocabulary_arrays(numbering.given, _GIVEN), "vectors": given}
    return arrays


def read_numbering(file: ModelFile) -> tuple[Numbering, Floats]:
    """What `numbering_arrays` was made of. Raises: ModelError."""
    given, vectors = _given(file)
    words, characters = read_vocabulary(file, WORDS), read_vocabulary(file, CHARACTERS, _CHARACTERS)
    return Numbering(words, characters, read_vocabulary(file, WORDS, _PAIRS), given), vectors


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
