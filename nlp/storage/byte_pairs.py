"""Byte-pair encoding as arrays of a model file, the same for models of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.storage.model_file import ModelFile
from nlp.text.byte_pairs import BytePairs


def byte_pair_arrays(pieces: BytePairs, prefix: str = "") -> dict[str, NDArray[Any]]:
    """`characters`, the alphabet in UTF-8; `pairs` (P, 2), the numbers that are joined, in their order.

    Where a model has several of them, the names have a `prefix`.
    """
    data = pieces.characters.encode("utf-8", "surrogatepass")
    pairs = np.array(pieces.pairs, np.int32).reshape(-1, 2)
    return {f"{prefix}characters": np.frombuffer(data, np.uint8), f"{prefix}pairs": pairs}


def read_byte_pairs(model: ModelFile, prefix: str = "") -> BytePairs:
    """What `byte_pair_arrays` wrote. Raises: ModelError if it is none."""
    characters, pairs = model.array(f"{prefix}characters"), model.array(f"{prefix}pairs")
    known = [characters.dtype.str, characters.ndim, pairs.dtype.str, pairs.shape[1:]]
    if known != ["|u1", 1, "<i4", (2,)]:
        raise model.unusable("its pieces of words are not of the types that nlptool writes")
    try:
        text = characters.tobytes().decode("utf-8", "surrogatepass")
        return BytePairs(text, [(left, right) for left, right in pairs.tolist()])
    except ValueError as error:
        raise model.unusable(error) from error
