"""The formats of other tools: what is written is read, and what is damaged is refused in one line."""

from __future__ import annotations

import importlib.util
import struct
import sys
import tracemalloc
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nlp.errors import ModelError, NlpError
from nlp.vectors import formats
from nlp.vectors.files import load_vectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Writer = Callable[[BytesIO, list[str], Floats], None]

WORDS = ["the", "é", "我爱", "3.14", "\u00a0x\u2003", "-1", "</s>"]
MATRIX = np.random.default_rng(0).normal(size=(len(WORDS), 3)).astype(np.float32)
ROWS = list(zip(WORDS, MATRIX, strict=True))

needs_gensim, needs_safetensors = (
    pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed; {where}")
    for name, where in {"gensim": ".venv-bench has it", "safetensors": "the extra [export] has it"}.items()
)


def text_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    formats.write_word2vec_text(written, words, matrix)
    return written.getvalue()


def binary_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    formats.write_word2vec_binary(written, words, matrix)
    return written.getvalue()


def safetensors_of(words: list[str], matrix: Floats) -> bytes:
    written = BytesIO()
    formats.write_safetensors(written, words, matrix)
    return written.getvalue()


def npy_of(matrix: Floats) -> bytes:
    written = BytesIO()
    formats.write_npy(written, matrix)
    return written.getvalue()


def without_header(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


def binary_without_line_ends() -> bytes:
    rows = b"".join(word.encode() + b" " + row.tobytes() for word, row in ROWS)
    return f"{len(WORDS)} 3\n".encode() + rows


TEXT, BINARY = text_of(WORDS, MATRIX), binary_of(WORDS, MATRIX)
TAKEN = [*WORDS[:4], "_".join(WORDS[4].split()), *WORDS[5:]]
FORMS = {
    "word2vec text": (TEXT, TAKEN),
    "GloVe": (without_header(TEXT), TAKEN),
    "fastText, with a space at the end": (TEXT.replace(b"\n", b" \n"), TAKEN),
    "text with carriage returns": (TEXT.replace(b"\n", b"\r\n"), TAKEN),
    "word2vec binary": (BINARY, TAKEN),
    "binary without line ends": (binary_without_line_ends(), WORDS),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_to_the_last_bit(form: str, tmp_path: Path) -> None:
    data, words = FORMS[form]
    (tmp_path / "m").write_bytes(data)
    loaded = load_vectors(str(tmp_path / "m"))
    assert loaded.vocabulary.words == words
    assert loaded.matrix.dtype == np.float32
    assert loaded.matrix.tobytes() == MATRIX.tobytes()


@settings(max_examples=100)
@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1), min_size=3, max_size=3, unique=True
    ),
    matrix=arrays(np.float32, (3, 2), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)),
    write=st.sampled_from([text_of, binary_of]),
)
def test_words_and_numbers_of_every_kind_come_back(
    words: list[str],
    matrix: Floats,
    write: Callable[[list[str], Floats], bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "vectors"
    path.write_bytes(write(words, matrix))
    loaded = load_vectors(str(path))
    assert loaded.vocabulary.words == words
    assert loaded.matrix.tobytes() == matrix.tobytes()


@pytest.mark.parametrize(
    ("word", "taken"), [("New York", "New_York"), ("a\nb", "a_b"), ("", "_"), ("\t", "_")]
)
@pytest.mark.parametrize("write", [text_of, binary_of])
def test_a_word_with_white_space_becomes_one_word(
    write: Callable[[list[str], Floats], bytes], word: str, taken: str, tmp_path: Path
) -> None:
    (tmp_path / "m").write_bytes(write([word, "z"], MATRIX[:2]))
    assert load_vectors(str(tmp_path / "m")).vocabulary.words == [taken, "z"]


# What a text or binary file may hold → its words, or what is wrong with it.
READ: dict[str, tuple[bytes, list[str] | str]] = {
    "a word with spaces, as in GloVe": (b"a 1 2\n. . 3 4\nat 1 5 6\n", ["a", ". .", "at 1"]),
    "tabs between numbers": (b"2 2\na 1\t2\nb 3\t4\n", ["a", "b"]),
    "a word twice": (b"a 1 2\nb 3 4\na 5 6\n", ["a", "b"]),
    "bad UTF-8 in text": (b"1 2\nca\xff 1 2\n", ["ca\ufffd"]),
    "bad UTF-8 in binary": (b"1 1\nca\xff " + struct.pack("<f", 1), ["ca\ufffd"]),
    "no words": (b"0 3\n", []),
    "one word of one number": (b"1 1\na 0.5\n", ["a"]),
    "NaN in text": (b"2 2\na 1 2\nb 3 nan\n", "not usable word vectors: they are not finite"),
    "infinity in binary": (b"1 1\na " + struct.pack("<f", np.inf), "not usable word vectors: they are not"),
    "a number too large": (b"a 1 1e99\n", "not usable word vectors: they are not finite"),
    "too few numbers": (b"2 2\na 1 2\nb 3\n", ":3:1: expected a word, 2 numbers and a line end"),
    "no number": (b"a 1 2\nb 3 x\n", ":2:1: expected a word, 2 numbers"),
    "no word": (b"a 1 2\n 3 4\n", ":2:1: expected a word, 2 numbers"),
    "an empty line": (b"a 1 2\n\nb 3 4\n", ":2:1: expected a word, 2 numbers"),
    "too few words": (b"3 2\na 1 2\nb 3 4\n", "it says 3 words and has 2"),
    "too many words": (b"1 2\na 1 2\nb 3 4\n", "it says 1 word and has 2"),
    "too few words in binary": (b"2 1\na \0\0\0\0\n", "too short for the 2 words"),
    "too many words in binary": (b"1 1\na \0\0\0\0\nb \0\0\0\0\n", "it goes on after the 1 word that"),
    "a word without end": (b"1 1\n" + b"a" * 9999, "damaged at word 1 of 1"),
    "10^12 words": (b"1000000000000 100\na 1 2\n", "too short for the 1,000,000,000,000 words"),
    "10^12 words in text": (b"1000000000000 2\na 1 2\n", "it says 1,000,000,000,000 words and has 1"),
    "a vector of 10^12 numbers": (b"2 1000000000000\na 1 2\n", "too short for the 2 words that it says"),
    "gzip": (b"\x1f\x8b\x08\0", "compressed; decompress it first"),
    "bzip2": (b"BZh91AY&SY", "compressed; decompress it first"),
    "xz": (b"\xfd7zXZ\0\0", "compressed; decompress it first"),
    "nothing": (b"", "not a whole nlptool model: it is empty"),
    "prose": (b"This is no model.\n", "not word vectors: neither a model"),
    "a vocabulary": (b"the\t5\nof\t3\n", "not word vectors: neither a model"),
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    (data, expected), path = READ[name], tmp_path / "m"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        if isinstance(expected, list):
            assert load_vectors(str(path)).vocabulary.words == expected
        else:
            with pytest.raises(ModelError) as caught:
                load_vectors(str(path))
            assert str(caught.value).startswith(str(path))
            assert expected in str(caught.value)
            assert "\n" not in str(caught.value)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_of_a_word_twice_the_first_stays(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(READ["a word twice"][0])
    assert load_vectors(str(tmp_path / "m")).matrix.tolist() == [[1, 2], [3, 4]]


def read_or_refused(path: Path) -> tuple[list[str], bytes] | None:
    """The words and bytes of a file, or None if it is refused in one line."""
    try:
        loaded = load_vectors(str(path))
    except ModelError as refusal:
        if "\n" in str(refusal):
            raise
        return None
    return list(loaded.vocabulary.words), loaded.matrix.tobytes()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_anywhere_is_refused_or_whole(form: str, tmp_path: Path) -> None:
    """Only GloVe's format cannot tell that lines are missing: there a prefix of the words is read."""
    (data, words), path = FORMS[form], tmp_path / "m"
    read = set()
    for end in range(len(data)):
        path.write_bytes(data[:end])
        found = read_or_refused(path)
        if found is not None:
            number = len(found[0])
            assert found == (words[:number], MATRIX[:number].tobytes()), end
            read.add(number)
    if form == "GloVe":
        assert read == set(range(1, len(words)))
    else:
        assert read <= {len(words)}


def test_npy_is_the_matrix_with_its_words_beside(tmp_path: Path) -> None:
    path = tmp_path / "m.npy"
    path.write_bytes(npy_of(MATRIX))
    assert np.load(path).tobytes() == MATRIX.tobytes()
    (tmp_path / "m.words.txt").write_bytes("".join(f"{word}\n" for word in WORDS).encode())
    loaded = load_vectors(str(path))
    assert (loaded.vocabulary.words, loaded.matrix.tobytes()) == (WORDS, MATRIX.tobytes())
    assert formats.words_path(str(path)) == str(tmp_path / "m.words.txt")


def test_npy_without_its_words_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.npy").write_bytes(npy_of(MATRIX))
    with pytest.raises(FileNotFoundError, match=r"m\.words\.txt"):
        load_vectors(str(tmp_path / "m.npy"))


@pytest.mark.parametrize("dtype", ["<f2", "<f8", ">f4"])
def test_other_floats_become_float32(dtype: str, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([[0.5, -2]], dtype), allow_pickle=False)
    (tmp_path / "m.words.txt").write_text("a\r\n")
    loaded = load_vectors(str(tmp_path / "m.npy"))
    assert (loaded.matrix.dtype, loaded.matrix.tolist()) == (np.dtype("<f4"), [[0.5, -2]])
    assert loaded.vocabulary.words == ["a\r"]


def header_of(description: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(description)) + description.encode()


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
        path.write_bytes(data[:end])
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


def test_safetensors_name_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(safetensors_of(WORDS, MATRIX))
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(NlpError, match=r"pip install 'nlptool\[export\]'"):
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
