"""Which format a file has, and what is told of files that only look like vectors."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import lzma
import os
import struct
import sys
import tarfile
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import ModelError, NlpError
from nlp.vectors import formats, writers
from nlp.vectors.files import load_vectors
from tests.files import write_anew
from tests.nlp.vectors.vector_files import (
    BINARY,
    MATRIX,
    TAKEN,
    TEXT,
    WORDS,
    binary_of,
    npy_of,
    read_or_refused,
    safetensors_of,
    without_header,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

needs_gensim, needs_safetensors = (
    pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed; {where}")
    for name, where in {"gensim": ".venv-bench has it", "safetensors": "the extra [export] has it"}.items()
)

FORMS = {formats.TEXT: TEXT, formats.GLOVE: without_header(TEXT), formats.BINARY: BINARY}
COMPRESSORS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("compression", COMPRESSORS)
def test_every_form_is_read_to_the_last_bit_compressed_or_not(
    form: str, compression: str | None, tmp_path: Path
) -> None:
    (tmp_path / "m").write_bytes(COMPRESSORS[compression](FORMS[form]))
    loaded = load_vectors(str(tmp_path / "m"))
    assert loaded.vocabulary.words == TAKEN
    assert loaded.matrix.dtype == np.float32
    assert loaded.matrix.tobytes() == MATRIX.tobytes()
    assert loaded.warnings == ()
    assert loaded.metadata == {"format": form, **({"compression": compression} if compression else {})}
    assert load_vectors(str(tmp_path / "m"), 2).vocabulary.words == TAKEN[:2]


@pytest.mark.parametrize("form", FORMS)
def test_vectors_come_through_a_pipe(form: str, tmp_path: Path) -> None:
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            file.write(FORMS[form])

    thread = threading.Thread(target=write)
    thread.start()
    loaded = load_vectors(f"/dev/fd/{reader}")
    thread.join()
    os.close(reader)
    assert (loaded.vocabulary.words, loaded.matrix.tobytes()) == (TAKEN, MATRIX.tobytes())


@pytest.mark.parametrize("compression", ["gzip", "bzip2", "xz"])
def test_compressed_vectors_that_are_cut_are_refused(compression: str, tmp_path: Path) -> None:
    data = COMPRESSORS[compression](TEXT)
    for end in range(10, len(data), 7):
        write_anew(tmp_path / "m", data[:end])
        assert read_or_refused(tmp_path / "m") is None, end


def zipped(name: str, data: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return written.getvalue()


def tarred(data: bytes) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        member = tarfile.TarInfo("v.vec")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return written.getvalue()


OTHERS = {
    "zip": (zipped("glove.txt", TEXT), ("a zip archive", "unzip")),
    "a zip archive cut short": (zipped("glove.txt", TEXT * 99)[:400], ("a zip archive",)),
    "tar": (tarred(TEXT), ("a tar archive", "tar xf")),
    "tar.gz": (gzip.compress(tarred(TEXT)), ("a tar archive", "tar xf")),
    "npz": (zipped("arr_0.npy", npy_of(MATRIX)), ("a zip archive",)),
    "npy.gz": (gzip.compress(npy_of(MATRIX)), ("compressed with gzip", "decompress it first")),
    "a model.gz": (
        gzip.compress(safetensors_of(WORDS, MATRIX)),
        ("compressed with gzip", "decompress it first"),
    ),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(99), ("zstd", "unzstd")),
    "fastText": (struct.pack("<i", 793712314) + bytes(99), ("a model of fastText", ".vec")),
    "pickle": (b"\x80\x04\x95" + bytes(99), ("a Python pickle", "save_word2vec_format")),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", ("Git LFS", "git lfs pull")),
    "a web page": (b"<!DOCTYPE html>\n<html>\n", ("a web page",)),
    "UTF-16": (TEXT.decode().encode("utf-16"), ("UTF-16", "iconv")),
    "nothing": (b"", ("not a whole nlptool model: it is empty",)),
    "zeros": (bytes(99), ("not word vectors: neither a model of nlptool w2v-train",)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_another_kind_is_called_what_it_is(name: str, tmp_path: Path) -> None:
    data, parts = OTHERS[name]
    path = tmp_path / "m"
    path.write_bytes(data)
    with pytest.raises(ModelError) as caught:
        load_vectors(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_text_below_a_first_line_is_not_taken_for_binary(tmp_path: Path) -> None:
    """And binary is not taken for text: the numbers of some rows are printable."""
    (tmp_path / "m").write_bytes(b"3 4\nthe 0.1 0.2\n")
    with pytest.raises(NlpError, match=r"m:2:1: expected a word and 4 numbers, found 2"):
        load_vectors(str(tmp_path / "m"))
    rows = np.frombuffer(b" 1 21 3 4", "<f4", 2)
    (tmp_path / "m").write_bytes(b"2 2\na " + rows.tobytes() + b"\nb " + bytes(8) + b"\n")
    loaded = load_vectors(str(tmp_path / "m"))
    assert loaded.metadata["format"] == formats.BINARY
    assert loaded.matrix.tolist() == [rows.tolist(), [0, 0]]


def test_binary_all_of_whose_bytes_are_letters_is_known_by_its_length(tmp_path: Path) -> None:
    row = np.frombuffer(b"\x1b{f[\x1b{f[", "<f4")
    rows = np.stack([row, row, row])
    (tmp_path / "m").write_bytes(binary_of(["0", "1", "00"], rows))
    loaded = load_vectors(str(tmp_path / "m"))
    assert loaded.metadata["format"] == formats.BINARY
    assert loaded.matrix.tobytes() == rows.tobytes()
    (tmp_path / "m").write_bytes(b"1 2\nking abcdef ghi\n")
    with pytest.raises(NlpError, match=r"m:2:1: expected a word and 2 numbers, found 0"):
        load_vectors(str(tmp_path / "m"))


def test_npy_is_the_matrix_with_its_words_beside(tmp_path: Path) -> None:
    path = tmp_path / "m.npy"
    path.write_bytes(npy_of(MATRIX))
    assert np.load(path).tobytes() == MATRIX.tobytes()
    (tmp_path / "m.words.txt").write_bytes("".join(f"{word}\n" for word in WORDS).encode())
    loaded = load_vectors(str(path))
    assert (loaded.vocabulary.words, loaded.matrix.tobytes()) == (WORDS, MATRIX.tobytes())
    assert writers.words_path(str(path)) == str(tmp_path / "m.words.txt")


def test_npy_without_its_words_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.npy").write_bytes(npy_of(MATRIX))
    with pytest.raises(
        ModelError, match=r"m\.npy: a matrix without words; write them to .*m\.words\.txt, one a"
    ):
        load_vectors(str(tmp_path / "m.npy"))
    (tmp_path / "m.words.txt").write_text("a\nb\nc\nd\ne\n")
    with pytest.raises(ModelError, match=rf"m\.npy: {len(MATRIX)} rows, but 5 words; each row needs one"):
        load_vectors(str(tmp_path / "m.npy"))


@pytest.mark.parametrize("dtype", ["<f2", "<f8", ">f4"])
def test_other_floats_become_float32(dtype: str, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([[0.5, -2]], dtype), allow_pickle=False)
    (tmp_path / "m.words.txt").write_bytes(b"\xef\xbb\xbfa\r\n")
    loaded = load_vectors(str(tmp_path / "m.npy"))
    assert (loaded.matrix.dtype, loaded.matrix.tolist()) == (np.dtype("<f4"), [[0.5, -2]])
    assert loaded.vocabulary.words == ["a"]


def header_of(description: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(description)) + description.encode()


def test_rows_of_a_matrix_that_cannot_be_used_are_left_out(tmp_path: Path) -> None:
    matrix = np.array([[1, 2], [3, np.nan], [5, 6], [7, 8], [1e300, 0]], np.float64)
    np.save(tmp_path / "m.npy", matrix, allow_pickle=False)
    (tmp_path / "m.words.txt").write_text("a\nb\na\nc\nd\n")
    loaded = load_vectors(str(tmp_path / "m.npy"))
    assert (loaded.vocabulary.words, loaded.matrix.tolist()) == (["a", "c"], [[1, 2], [7, 8]])
    finite, twice = loaded.warnings
    assert "2 rows left out, with numbers that are not finite; the first is word 2, 'b'" in finite
    assert "1 row left out, with a word that has come before; the first is word 3, 'a'" in twice
    assert load_vectors(str(tmp_path / "m.npy"), 1).vocabulary.words == ["a"]


NPY = {
    "integers": npy_of(MATRIX[:2]).replace(b"<f4", b"<i4"),
    "objects": npy_of(MATRIX[:2]).replace(b"'<f4'", b"'|O' "),
    "one dimension": npy_of(MATRIX[0, :2]),
    "more rows than words": npy_of(MATRIX),
    "10^12 rows": npy_of(MATRIX[:2]).replace(b"(2, 3)", b"(10**12, 3)"),
    "many rows": header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 3)}\n"),
    "more rows than numbers hold": header_of(
        f"{{'descr':'<f4','fortran_order':False,'shape':({10**30}, 3)}}\n"
    ),
    "negative rows": npy_of(MATRIX[:2]).replace(b"(2, 3)", b"(-2,3)"),
    "a long header": header_of("{" + " " * 20_000 + "}"),
    "a header that is none": header_of("{'descr'\n"),
    "another version": b"\x93NUMPY\x09\x00",
    "NaN": npy_of(np.full((2, 3), np.nan, np.float32)),
    **{f"{end} bytes": npy_of(MATRIX[:2])[:end] for end in range(6, len(npy_of(MATRIX[:2])))},
}


@pytest.mark.parametrize("name", NPY)
def test_a_damaged_npy_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.npy"
    path.write_bytes(NPY[name])
    (tmp_path / "m.words.txt").write_text("a\nb\n")
    assert read_or_refused(path) is None


@needs_safetensors
def test_safetensors_come_back(tmp_path: Path) -> None:
    path, data = tmp_path / "m.safetensors", safetensors_of(WORDS, MATRIX)
    path.write_bytes(data)
    loaded = load_vectors(str(path))
    assert (loaded.vocabulary.words, loaded.matrix.tobytes()) == (WORDS, MATRIX.tobytes())
    assert safetensors_of(WORDS, MATRIX) == data
    for end in range(len(data)):
        write_anew(path, data[:end])
        assert read_or_refused(path) is None, end


@needs_safetensors
@pytest.mark.parametrize(
    ("tensors", "metadata"),
    [
        ({"vectors": MATRIX}, None),
        ({"vectors": MATRIX}, {"words": "a"}),
        ({"others": MATRIX}, {"words": "\n".join(WORDS)}),
        ({"vectors": MATRIX[0]}, {"words": "a\nb\nc"}),
        ({"vectors": MATRIX.astype(np.int32)}, {"words": "\n".join(WORDS)}),
    ],
)
def test_other_safetensors_are_refused(
    tensors: dict[str, NDArray[Any]], metadata: dict[str, str] | None, tmp_path: Path
) -> None:
    from safetensors.numpy import save

    (tmp_path / "m").write_bytes(save(tensors, metadata))
    assert read_or_refused(tmp_path / "m") is None


@needs_safetensors
def test_safetensors_name_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(safetensors_of(WORDS, MATRIX))
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(NlpError, match=r"pip install safetensors"):
        load_vectors(str(tmp_path / "m"))


@needs_gensim
@pytest.mark.parametrize("binary", [False, True])
def test_gensim_reads_ours_and_we_read_gensims(binary: bool, tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(BINARY if binary else TEXT)
    loaded = KeyedVectors.load_word2vec_format(str(ours), binary=binary)
    assert (loaded.index_to_key, loaded.vectors.tobytes()) == (TAKEN, MATRIX.tobytes())
    loaded.save_word2vec_format(str(theirs), binary=binary)
    assert read_or_refused(theirs) == (TAKEN, MATRIX.tobytes())
