"""Word vectors in the formats of other tools: word2vec (text, binary), GloVe, NumPy and safetensors."""

from __future__ import annotations

import mmap
import os
import stat
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from nlp.errors import ModelError, NlpError
from nlp.storage.model_file import START_BYTES, BinaryWriter, may_be_model, write_tensors
from nlp.text.vocabulary import Vocabulary
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

_COMPRESSED = (b"\x1f\x8b", b"BZh91AY&SY", b"\xfd7zXZ\0")
_MAX_DIGITS = 19
_MAX_LINE_BYTES = 1 << 22  # of each of the two lines that show the format: enough for 200,000 dimensions
_MAX_WORD_BYTES = 1 << 12
_ROWS_A_WRITE = 256


def write_word2vec_text(writer: BinaryWriter, words: Sequence[str], matrix: Floats) -> None:
    """`V D`, then a line a word: the word and its numbers, whose nine digits restore each float32 exactly."""
    size, dim = matrix.shape
    writer.write(f"{size} {dim}\n".encode())
    row_format = " %.9g" * dim
    for start in range(0, size, _ROWS_A_WRITE):
        rows = matrix[start : start + _ROWS_A_WRITE].tolist()
        lines = [
            f"{_one_word(word)}{row_format % tuple(row)}\n"
            for word, row in zip(words[start : start + _ROWS_A_WRITE], rows, strict=True)
        ]
        writer.write("".join(lines).encode("utf-8", "replace"))


def write_word2vec_binary(writer: BinaryWriter, words: Sequence[str], matrix: Floats) -> None:
    """`V D`, then for each word: the word, a space, its numbers as little-endian float32, a line end."""
    size, dim = matrix.shape
    writer.write(f"{size} {dim}\n".encode())
    numbers = np.ascontiguousarray(matrix, "<f4")
    for start in range(0, size, _ROWS_A_WRITE):
        rows = numbers[start : start + _ROWS_A_WRITE]
        entries = [
            _one_word(word).encode("utf-8", "replace") + b" " + row.tobytes() + b"\n"
            for word, row in zip(words[start : start + _ROWS_A_WRITE], rows, strict=True)
        ]
        writer.write(b"".join(entries))


def write_npy(writer: BinaryWriter, matrix: Floats) -> None:
    """The matrix alone; its words belong beside it, one a line (see `words_path`)."""
    header: dict[str, Any] = {"descr": "<f4", "fortran_order": False, "shape": matrix.shape}
    np.lib.format.write_array_header_1_0(writer, header)
    writer.write(np.ascontiguousarray(matrix, "<f4").tobytes())


def words_path(npy_path: str) -> str:
    """Where the words of `X.npy` are: `X.words.txt`."""
    return str(Path(npy_path).with_suffix(".words.txt"))


def write_safetensors(writer: BinaryWriter, words: Sequence[str], matrix: Floats) -> None:
    r"""The tensor `vectors`, and in the metadata the `words`, joined by "\n"."""
    text = "\n".join(words).encode("utf-8", "replace").decode()
    write_tensors(writer, {"words": text}, {"vectors": np.asarray(matrix, "<f4")})


def reader_of(path: str) -> Callable[[str], tuple[Vocabulary, Floats]] | None:
    """The function that reads `path`, chosen by its first bytes; None if it has none of these formats.

    Raises: ModelError if it is compressed; OSError if it can't be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  the path is the user's string, errors show it
        return None
    with open(path, "rb") as file:  # noqa: PTH123  as above
        first = file.read(START_BYTES)
        if may_be_model(first):
            return None
        file.seek(0)
        header, row = file.readline(_MAX_LINE_BYTES), file.readline(_MAX_LINE_BYTES)
    if first.startswith(_COMPRESSED):
        raise ModelError(f"{path}: compressed; decompress it first, word vectors are read from plain files")
    if first.startswith(b"\x93NUMPY"):
        return read_npy
    if first[8:9] == b"{" and int.from_bytes(first[:8], "little") < os.path.getsize(path):  # noqa: PTH202  as above
        return read_safetensors
    sizes = _sizes(header)
    if sizes:
        return read_word2vec_text if _split_row(row, sizes[1]) else read_word2vec_binary
    return read_word2vec_text if _split_row(header, None) else None


def read_word2vec_text(path: str) -> tuple[Vocabulary, Floats]:
    """Word2vec's text format, or GloVe's, which lacks the first line. Bad UTF-8 in a word becomes U+FFFD.

    Raises: ModelError naming a line that has more or fewer numbers than it should, or lacks its line end.
    """
    words: list[str] = []
    values = bytearray()  # grows with the file, so that a false header cannot make it take all memory
    with open(path, "rb") as file:  # noqa: PTH123  the path is the user's string, and errors show it
        size, dim = _sizes(file.readline(_MAX_LINE_BYTES)) or (None, None)
        if size is None:
            file.seek(0)
        for number, line in enumerate(file, 1 if size is None else 2):
            entry = _split_row(line, dim)
            if entry is None or not line.endswith(b"\n"):
                wanted = (
                    f"a word, {number_of(dim, 'number')} and a line end" if dim else "a word and its numbers"
                )
                raise ModelError(f"{path}:{number}:1: expected {wanted}; is the file cut short?")
            word, row = entry
            dim = len(row)
            words.append(word.decode("utf-8", "replace"))
            values += row.data
    if size is not None and len(words) != size:
        raise ModelError(f"{path}: it says {number_of(size, 'word')} and has {len(words):,}; copy it again")
    return _ranked(words, np.frombuffer(values, np.float32).reshape(len(words), dim or 0))


def read_word2vec_binary(path: str) -> tuple[Vocabulary, Floats]:
    """Word2vec's binary format, with or without line ends. Bad UTF-8 in a word becomes U+FFFD.

    Raises: ModelError where the file is shorter or longer than its first line says.
    """
    with open(path, "rb") as file, _mapped(file) as data:  # noqa: PTH123  the path is the user's string
        size, dim = _sizes(file.readline(_MAX_LINE_BYTES)) or (0, 0)
        position, row_bytes = file.tell(), 4 * dim
        if size * (1 + row_bytes) > len(data) - position:
            raise ModelError(
                f"{path}: too short for the {number_of(size, 'word')} that it says; copy it again"
            )
        matrix = np.empty((size, dim), "<f4")
        words: list[str] = []
        for row in range(size):
            start = data.find(b" ", position, position + _MAX_WORD_BYTES) + 1
            end = start + row_bytes
            if not start or end > len(data):
                raise ModelError(f"{path}: damaged at word {row + 1:,} of {size:,}; copy it again")
            words.append(data[position : start - 1].lstrip(b"\n").decode("utf-8", "replace"))
            matrix[row] = np.frombuffer(data, "<f4", dim, start)
            position = end
        if data[position : position + 2] not in {b"", b"\n"}:
            raise ModelError(
                f"{path}: it goes on after the {number_of(size, 'word')} that it says; copy it again"
            )
    return _ranked(words, matrix)


def read_npy(path: str) -> tuple[Vocabulary, Floats]:
    """A matrix, memory-mapped, with its words in `words_path(path)`. Raises: ModelError, OSError."""
    from tokenize import TokenError

    try:
        matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OverflowError, SyntaxError, TokenError) as error:
        raise ModelError(f"{path}: not a NumPy matrix: {_one_line(error)}") from error
    words = Path(words_path(path)).read_bytes().decode("utf-8", "replace").split("\n")
    del words[len(words) - (words[-1] == "") :]
    return _ranked(words, _checked(path, words, matrix))


def read_safetensors(path: str) -> tuple[Vocabulary, Floats]:
    """The tensor `vectors`, with its words in the metadata. Raises: ModelError, NlpError."""
    library = _safetensors()
    try:
        with library.safe_open(path, framework="numpy") as file:
            words = file.metadata()["words"].split("\n")
            matrix = file.get_tensor("vectors")
    except (library.SafetensorError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: not word vectors in safetensors: {_one_line(error)}") from error
    return _ranked(words, _checked(path, words, matrix))


def _checked(path: str, words: Sequence[str], matrix: NDArray[Any]) -> Floats:
    """`matrix` if it holds a vector of floats for each word. Raises: ModelError."""
    if matrix.ndim != 2 or len(words) != len(matrix) or matrix.dtype.kind != "f":
        found = f"{matrix.dtype} of shape {matrix.shape}"
        raise ModelError(f"{path}: expected a row of floats for each of {len(words):,} words; it has {found}")
    return matrix


def _ranked(words: list[str], matrix: Floats) -> tuple[Vocabulary, Floats]:
    """The words as a vocabulary in the file's order, and their vectors in float32.

    These formats hold no counts (they become 0), but put frequent words first. So where a word occurs twice,
    its first row stays: that of the more frequent one.
    """
    first = {word: number for number, word in reversed(list(enumerate(words)))}
    if len(first) < len(words):
        kept = sorted(first.values())
        words, matrix = [words[number] for number in kept], matrix[kept]
    with np.errstate(over="ignore"):  # infinite numbers are refused by `load_vectors`
        return Vocabulary(words, [0] * len(words)), np.asarray(matrix, np.float32)


def _one_word(word: str) -> str:
    """`word` with its white space as "_": in these formats a word ends at the first space."""
    return "_".join(word.split()) or "_"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _sizes(header: bytes) -> tuple[int, int] | None:
    """The two numbers of a word2vec header, or None."""
    parts = header.split()
    if len(parts) != 2 or not all(part.isdigit() and len(part) < _MAX_DIGITS for part in parts):
        return None
    size, dim = map(int, parts)
    return (size, dim) if dim else None


def _split_row(line: bytes, dim: int | None) -> tuple[bytes, Floats] | None:
    """The word of a line and its `dim` numbers (None: as many as there are), or None if it is no such line.

    GloVe's larger vocabularies hold words with spaces, so a line may also be read from its end.
    """
    word, _, numbers = line.rstrip().partition(b" ")
    row = _parse_row(numbers)
    if dim is not None and len(row) != dim:
        word, *fields = line.rstrip().rsplit(maxsplit=dim) or [b""]
        row = _parse_row(b" ".join(fields))
    return (word, row) if word and len(row) == (dim or len(row) or None) else None


def _parse_row(numbers: bytes) -> Floats:
    """The numbers of a line; none at all if one of them is not a number."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # older NumPy warned instead of raising
            return np.fromstring(numbers, np.float32, sep=" ")
    except (ValueError, DeprecationWarning):
        return np.empty(0, np.float32)


def _mapped(file: IO[bytes]) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise NlpError("safetensors is not installed; pip install 'nlptool[export]'") from error
    return safetensors
