"""Which format of another tool a file of word vectors has, by its first bytes; and reading it.

Text and word2vec's binary format may be compressed, and come from a pipe. `.npy` and safetensors are mapped
into memory, so they are plain files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError, NlpError, NoModelError
from nlp.storage.foreign_file import ForeignFile, open_foreign
from nlp.storage.model_file import START_BYTES, cannot_be_mapped, may_be_model
from nlp.text.not_text import ARCHIVES, is_safetensors, is_tar
from nlp.vectors.binary_format import fits, read_binary
from nlp.vectors.rows import Read, Rows
from nlp.vectors.text_format import (
    BYTE_ORDER_MARK,
    Shape,
    has_numbers,
    header_of,
    is_row,
    other_value,
    read_text,
    shape_of_rows,
)
from nlp.vectors.writers import words_path
from nlp.wording import number_of, to_install

TEXT, GLOVE, BINARY = "word2vec-text", "glove", "word2vec-binary"
NPY, SAFETENSORS = "npy", "safetensors"

_LEAST_BYTES, _MOST_BYTES = 1 << 16, 1 << 22  # that are looked at; the most is for 200,000 dimensions
_CONTROL = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f"})

# The first bytes of what people take for vectors, what it is, and what to do.
_OTHERS = ARCHIVES | {
    b"\xba\x16\x4f\x2f": ("a model of fastText", "only the vectors beside it, its .vec file, can be read"),
    b"\x80\x02": ("a Python pickle", "save the vectors in word2vec's format: save_word2vec_format in gensim"),
    b"\x80\x03": ("a Python pickle", "save the vectors in word2vec's format: save_word2vec_format in gensim"),
    b"\x80\x04": ("a Python pickle", "save the vectors in word2vec's format: save_word2vec_format in gensim"),
    b"\x80\x05": ("a Python pickle", "save the vectors in word2vec's format: save_word2vec_format in gensim"),
    b"\x89HDF": ("an HDF5 file", "save the vectors as .npy, with X.words.txt beside X.npy"),
    b"version https://git-lfs": ("a pointer of Git LFS, not the file itself", "fetch it: git lfs pull"),
    b"<!DOCTYPE": ("a web page", "download the file that the page is about"),
    b"<html": ("a web page", "download the file that the page is about"),
    b"\xff\xfe": ("UTF-16, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("UTF-16, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8"),
}


class Foreign(NamedTuple):
    """What a file of another tool holds, and in which format."""

    form: str
    compression: str | None
    read: Read


def read_foreign(path: str, limit: int | None = None) -> Foreign:
    """Word vectors in a format of another tool, at most `limit` of them.

    Raises: ModelError, InputError for a file that is damaged, or of a kind that is known not to be read;
            NoModelError for any other; OSError if it can't be read
    """
    with open_foreign(path, _needs_more) as source:
        first = source.first
        if may_be_model(first[:START_BYTES]) and not source.compression:
            raise ModelError(cannot_be_mapped(path))
        if source.regular and not source.compression:
            if first.startswith(b"\x93NUMPY"):
                return Foreign(NPY, None, read_npy(path, limit))
            if first[8:9] == b"{" and int.from_bytes(first[:8], "little") < os.path.getsize(path):  # noqa: PTH202
                return Foreign(SAFETENSORS, None, read_safetensors(path, limit))
        _refuse_others(source)
        form, shape = _text_or_binary(source)
        if shape is None:
            raise NoModelError(no_vectors(path))
        read_rows = read_binary if form == BINARY else read_text
        return Foreign(form, source.compression, read_rows(path, source.read, shape, limit))


def _needs_more(first: bytes) -> bool:
    """Whether more bytes are needed to tell the format: that takes the first two lines."""
    if first and may_be_model(first[:START_BYTES]):
        return len(first) < START_BYTES
    return len(first) < _LEAST_BYTES or (first.count(b"\n") < 2 and len(first) < _MOST_BYTES)


def _refuse_others(source: ForeignFile) -> None:
    """Raises: ModelError for what is known to be something else."""
    first = source.first
    found = next((told for magic, told in _OTHERS.items() if first.startswith(magic)), None)
    if is_tar(first):
        found = ("a tar archive", "unpack it first: tar xf")
    if source.compression and (first.startswith(b"\x93NUMPY") or is_safetensors(first)):
        found = (f"compressed with {source.compression}", "decompress it first, it is mapped into memory")
    if found:
        what, remedy = found
        raise ModelError(f"{source.path}: this is {what}; {remedy}")


def _text_or_binary(source: ForeignFile) -> tuple[str, Shape | None]:
    """The format of rows, and their shape; None for what is neither. Raises: NoModelError for other text."""
    first = source.first.removeprefix(BYTE_ORDER_MARK)
    lines = first.split(b"\n")
    if len(source.first) >= _LEAST_BYTES and len(lines) > 2:
        lines.pop()  # there may be more of it
    shape, printable = header_of(lines[0]), len(first.translate(None, _CONTROL)) == len(first)
    if shape:
        row = next(filter(bytes.strip, lines[1:]), b"")
        is_text = is_row(row, shape.dim) or (
            printable and _is_utf8(first) and not _is_binary(source, row, shape)
        )
        return TEXT if is_text else BINARY, shape
    shape = shape_of_rows(lines)
    if printable and not shape and first.strip():
        raise NoModelError(no_vectors(source.path, other_value(next(filter(bytes.strip, lines)))))
    return GLOVE, shape


def _is_binary(source: ForeignFile, row: bytes, shape: Shape) -> bool:
    """Whether what looks like text is binary by its length: the bytes of a few numbers may all be letters."""
    return len(source.first) < _LEAST_BYTES and not has_numbers(row) and fits(source.first, shape)


def no_vectors(path: str, found: str = "") -> str:
    """The message that a file has no format that is known; `found` is what gives it away, if it is text."""
    known = "nor word2vec's text or binary format, GloVe's, .npy or safetensors"
    model = "neither a model of nlptool w2v-train, which makes some from a text"
    return f"{path}: not word vectors: {model}, {known}{f'; its first line has {found}' if found else ''}"


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8; a character may be cut at the end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True


def read_npy(path: str, limit: int | None = None) -> Read:
    """A matrix, memory-mapped, with its words in `words_path(path)`. Raises: ModelError, OSError."""
    from tokenize import TokenError

    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OverflowError, SyntaxError, TokenError) as error:
        raise ModelError(f"{path}: not a NumPy matrix: {_one_line(error)}") from error
    data = _words_beside(path).removeprefix(BYTE_ORDER_MARK)
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    del lines[len(lines) - (lines[-1] == b"") :]
    return _with_words(path, [line.decode("utf-8", "replace") for line in lines], matrix, limit)


def _words_beside(path: str) -> bytes:
    """The file with the words of a matrix. Raises: ModelError where there is none, OSError."""
    words = words_path(path)
    try:
        return Path(words).read_bytes()
    except FileNotFoundError:
        message = (
            f"{path}: a matrix without words; write them to {words}, one a line in the order of its rows"
        )
        raise ModelError(message) from None


def read_safetensors(path: str, limit: int | None = None) -> Read:
    """The tensor `vectors`, with its words in the metadata. Raises: ModelError, NlpError."""
    library = _safetensors()
    try:
        with library.safe_open(path, framework="numpy") as file:
            words = file.metadata()["words"].split("\n")
            matrix = file.get_tensor("vectors")
    except (library.SafetensorError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: not word vectors in safetensors: {_one_line(error)}") from error
    return _with_words(path, words, matrix, limit)


def _with_words(path: str, words: list[str], matrix: NDArray[Any], limit: int | None) -> Read:
    """The rows of a matrix of floats that has one for each word. Raises: ModelError."""
    if matrix.ndim == 2 and len(words) != len(matrix):
        found = f"{number_of(len(matrix), 'row')}, but {number_of(len(words), 'word')}"
        raise ModelError(f"{path}: {found}; each row needs one")
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        found = f"{matrix.dtype} of shape {matrix.shape}"
        raise ModelError(f"{path}: expected a row of floats for each of {len(words):,} words; it has {found}")
    return Rows(path, "word", limit).whole(words, matrix)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise NlpError(f"safetensors is not installed; {to_install('safetensors')}") from error
    return safetensors


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
