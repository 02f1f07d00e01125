"""Word vectors written in the formats of other tools, so that what is written can be read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.errors import NlpError
from nlp.layers.arrays import Floats
from nlp.storage.model_file import BinaryWriter, write_tensors
from nlp.vectors.binary_format import MAX_WORD_BYTES

_ROWS_A_WRITE = 256


def names_without_spaces(words: Iterable[str]) -> list[str]:
    """What the words are called in word2vec's formats, where white space ends a word: it becomes "_".

    Raises: NlpError where two words would have one name, or a name is too long to be read again
    """
    return _distinct(("_".join(word.split()) or "_", word) for word in words)


def names_of_lines(words: Iterable[str]) -> list[str]:
    """What the words are called where each is a line: as they are.

    Raises: NlpError for a word that holds a line end, or is too long to be read again
    """
    return _distinct((word, word) for word in words)


def _distinct(named: Iterable[tuple[str, str]]) -> list[str]:
    """The names of pairs (name, word). Raises: NlpError where they could not all be read again."""
    words: dict[str, str] = {}
    for given, word in named:
        data = given.encode("utf-8", "replace")
        name = data.decode("utf-8")
        if name in words:
            message = f"{words[name]!r} and {word!r} would both be called {name!r} in this format"
            raise NlpError(f"{message}; .npy and safetensors keep words apart that differ in their spaces")
        if "\n" in name or "\r" in name or len(data) >= MAX_WORD_BYTES:
            what = f"has {len(data):,} bytes" if len(data) >= MAX_WORD_BYTES else "holds a line end"
            raise NlpError(f"the word {word[:20]!r} {what}, and could not be read again from this format")
        words[name] = word
    return list(words)


def write_word2vec_text(writer: BinaryWriter, names: Sequence[str], matrix: Floats) -> None:
    """`V D`, then a line a word: its name and its numbers, whose nine digits restore each float32 exactly.

    Shapes: matrix (V, D); `names` are those of `names_without_spaces`
    """
    size, dim = matrix.shape
    writer.write(f"{size} {dim}\n".encode())
    row_format = " %.9g" * dim
    for start in range(0, size, _ROWS_A_WRITE):
        rows = matrix[start : start + _ROWS_A_WRITE].tolist()
        lines = [
            f"{name}{row_format % tuple(row)}\n"
            for name, row in zip(names[start : start + _ROWS_A_WRITE], rows, strict=True)
        ]
        writer.write("".join(lines).encode())


def write_word2vec_binary(writer: BinaryWriter, names: Sequence[str], matrix: Floats) -> None:
    """`V D`, then for each word: its name, a space, its numbers as little-endian float32, a line end.

    Shapes: matrix (V, D); `names` are those of `names_without_spaces`
    """
    size, dim = matrix.shape
    writer.write(f"{size} {dim}\n".encode())
    numbers = np.ascontiguousarray(matrix, "<f4")
    for start in range(0, size, _ROWS_A_WRITE):
        rows = numbers[start : start + _ROWS_A_WRITE]
        entries = [
            name.encode() + b" " + row.tobytes() + b"\n"
            for name, row in zip(names[start : start + _ROWS_A_WRITE], rows, strict=True)
        ]
        writer.write(b"".join(entries))


def write_npy(writer: BinaryWriter, matrix: Floats) -> None:
    """The matrix (V, D) alone: its names belong in a file beside it, one a line (see `words_path`)."""
    write_npy_header(writer, matrix.shape)
    writer.write(np.ascontiguousarray(matrix, "<f4").tobytes())


def write_npy_header(writer: BinaryWriter, shape: tuple[int, ...]) -> None:
    """What an .npy file of little-endian float32 in this shape begins with; its numbers follow."""
    header: dict[str, Any] = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(writer, header)


def words_path(npy_path: str) -> str:
    """Where the words of `X.npy` are: `X.words.txt`."""
    return str(Path(npy_path).with_suffix(".words.txt"))


def write_safetensors(writer: BinaryWriter, names: Sequence[str], matrix: Floats) -> None:
    r"""The tensor `vectors` (V, D), and in the metadata the `words`, joined by "\n"."""
    write_tensors(writer, {"words": "\n".join(names)}, {"vectors": np.asarray(matrix, "<f4")})
