"""The tokens of a language model as arrays of its file. A token may be any text, even a line end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.storage.model_file import ModelFile
from nlp.text.language_vocabulary import LanguageVocabulary


def vocabulary_arrays(vocabulary: LanguageVocabulary) -> dict[str, NDArray[Any]]:
    """`token_bytes`, the UTF-8 bytes of all tokens in a row, and `token_ends` (V,), where each one ends."""
    encoded = [token.encode("utf-8", "surrogatepass") for token in vocabulary.tokens]
    ends = np.cumsum([len(token) for token in encoded], dtype=np.int32)
    return {"token_bytes": np.frombuffer(b"".join(encoded), np.uint8), "token_ends": ends}


def read_vocabulary(model: ModelFile, level: str) -> LanguageVocabulary:
    """The vocabulary that `vocabulary_arrays` wrote. Raises: ModelError if it is none."""
    tokens, ends = model.array("token_bytes"), model.array("token_ends")
    if [tokens.dtype.str, tokens.ndim, ends.dtype.str, ends.ndim] != ["|u1", 1, "<i4", 1]:
        raise model.unusable("its tokens are not of the types that nlptool writes")
    text, bounds = tokens.tobytes(), [0, *ends.tolist()]
    if bounds != sorted(bounds) or bounds[-1] != len(text):
        raise model.unusable("its tokens do not fill the place that they have")
    try:
        return LanguageVocabulary(
            level, tuple(text[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(bounds))
        )
    except ValueError as error:
        raise model.unusable(error) from error
