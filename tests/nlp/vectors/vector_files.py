"""Word vectors in the bytes of every format, for the tests that read and write them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.errors import NlpError
from nlp.vectors import writers
from nlp.vectors.files import load_vectors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

WORDS = ["the", "é", "我爱", "3.14", "\u00a0x\u2003", "-1", "</s>"]
MATRIX = np.random.default_rng(0).normal(size=(len(WORDS), 3)).astype(np.float32)


def text_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    writers.write_word2vec_text(written, writers.names_without_spaces(words), matrix)
    return written.getvalue()


def binary_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    writers.write_word2vec_binary(written, writers.names_without_spaces(words), matrix)
    return written.getvalue()


def safetensors_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    writers.write_safetensors(written, writers.names_of_lines(words), matrix)
    return written.getvalue()


def npy_of(matrix: Floats) -> bytes:
    written = BytesIO()
    writers.write_npy(written, matrix)
    return written.getvalue()


def without_header(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


def read_or_refused(path: Path) -> tuple[list[str], bytes] | None:
    """The words and bytes of a file, or None if it is refused in one line."""
    try:
        loaded = load_vectors(str(path))
    except NlpError as refusal:
        if "\n" in str(refusal):
            raise
        return None
    return list(loaded.vocabulary.words), loaded.matrix.tobytes()


TEXT, BINARY = text_of(WORDS, MATRIX), binary_of(WORDS, MATRIX)
TAKEN = [*WORDS[:4], "_".join(WORDS[4].split()), *WORDS[5:]]
