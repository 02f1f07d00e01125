"""A vocabulary as arrays of a model file, the same for models of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.storage.byte_pairs import byte_pair_arrays, read_byte_pairs
from nlp.storage.model_file import ModelFile
from nlp.text.byte_pairs import BytePairs
from nlp.text.vocabulary import SPECIAL, SUBWORDS, Vocabulary


def vocabulary_arrays(vocabulary: Vocabulary, prefix: str = "") -> dict[str, NDArray[Any]]:
    """`words`, in UTF-8 with a line end between them, without the special tokens; `counts` (V,) of all.

    Where a model has several vocabularies, the names have a `prefix`.

    Raises: ValueError for what `read_vocabulary` would not read back
    """
    words = vocabulary.words[len(vocabulary.special) :]
    if any("\n" in word for word in words):
        raise ValueError("a word of a model cannot hold a line end")
    if not 0 < len(vocabulary) == len(vocabulary.index):
        raise ValueError("a model needs words, and each of them once")
    data = "\n".join(words).encode("utf-8", "surrogatepass")
    counts = np.array(vocabulary.counts, np.int64)
    pieces = byte_pair_arrays(vocabulary.pieces) if isinstance(vocabulary.pieces, BytePairs) else {}
    return {f"{prefix}words": np.frombuffer(data, np.uint8), f"{prefix}counts": counts, **pieces}


def read_vocabulary(model: ModelFile, level: str = "", prefix: str = "") -> Vocabulary:
    """The vocabulary that `vocabulary_arrays` wrote. Raises: ModelError if it is none."""
    words, counts, special = model.array(f"{prefix}words"), model.array(f"{prefix}counts"), SPECIAL[level]
    if [words.dtype.str, words.ndim, counts.dtype.str, counts.ndim] != ["|u1", 1, "<i8", 1]:
        raise model.unusable("its words and counts are not of the types that nlptool writes")
    try:
        spelt = words.tobytes().decode("utf-8", "surrogatepass").split("\n")
        of_text = spelt if len(counts) > len(special) or len(words) else []  # no bytes may be one empty word
        pieces = read_byte_pairs(model) if level == SUBWORDS else None
        vocabulary = Vocabulary([*special, *of_text], counts.tolist(), level, pieces)
    except ValueError as error:
        raise model.unusable(error) from error
    if len(vocabulary.index) != len(vocabulary):
        raise model.unusable("it has a word twice")
    return vocabulary
