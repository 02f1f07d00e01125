"""word2vec's binary format: rows to the end of the file, whatever the first line promises."""

from __future__ import annotations

import struct
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.errors import NlpError
from nlp.vectors.files import load_vectors
from tests.files import write_anew
from tests.nlp.vectors.vector_files import BINARY, MATRIX, TAKEN, WORDS, binary_of, read_or_refused

if TYPE_CHECKING:
    from pathlib import Path

ONE = b" " + struct.pack("<f", 1)
WITHOUT_LINE_ENDS = f"{len(WORDS)} 3\n".encode() + b"".join(
    word.encode() + b" " + row.tobytes() for word, row in zip(WORDS, MATRIX, strict=True)
)


def test_rows_without_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(WITHOUT_LINE_ENDS)
    assert read_or_refused(tmp_path / "m") == (WORDS, MATRIX.tobytes())


# Data → the words, and part of the warning.
READ: dict[str, tuple[bytes, list[str], str]] = {
    "as it should be": (b"2 1\na" + ONE + b"\nb" + ONE + b"\n", ["a", "b"], ""),
    "a byte order mark": (b"\xef\xbb\xbf1 1\na" + ONE, ["a"], ""),
    "carriage returns at the end": (b"1 1\r\na" + ONE + b"\r\n", ["a"], ""),
    "more words promised": (b"3 1\na" + ONE + b"b" + ONE, ["a", "b"], "says 3 words; there are 2 rows"),
    "10^12 words promised": (b"1000000000000 1\na" + ONE, ["a"], "says 1,000,000,000,000 words"),
    "fewer words promised": (b"1 1\na" + ONE + b"\nb" + ONE, ["a", "b"], "says 1 word; there are 2 rows"),
    "bad UTF-8": (b"1 1\nca\xff" + ONE, ["ca\ufffd"], "1 row with a word that is not UTF-8"),
    "infinity": (b"2 1\na" + ONE + b"b " + struct.pack("<f", np.inf), ["a"], "the first is word 2, 'b'"),
    "a word that is none": (
        b"2 1\na" + ONE + b"\n" + ONE,
        ["a"],
        "white space for a word; the first is word 2, ''",
    ),
    "a word twice": (b"2 1\na" + ONE + b"\na" + ONE, ["a"], "come before; the first is word 2, 'a'"),
    "a line end in a word": (b"1 1\na\nb" + ONE, ["a\nb"], ""),
    "a word of 100,000 bytes": (b"1 1\n" + b"a" * 100_000 + ONE, ["a" * 100_000], ""),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_there_is_read(name: str, tmp_path: Path) -> None:
    data, words, warning = READ[name]
    (tmp_path / "m").write_bytes(data)
    loaded = load_vectors(str(tmp_path / "m"))
    assert loaded.vocabulary.words == words
    assert loaded.matrix.tolist() == [[1]] * len(words)
    assert warning in "; ".join(loaded.warnings)
    assert bool(loaded.warnings) == bool(warning)


REFUSED = {
    "a row cut short": (b"2 2\na" + ONE * 2 + b"\nb \0\0\0", "cut short or damaged at word 2 of 2"),
    "a word without end": (b"1 1\n\0" + b"a" * 9999, "cut short or damaged at word 1 of 1"),
    "no rows": (b"1 1\n", "there are no word vectors in it"),
    "a row of a million": (b"1 1000000\na" + ONE, "cut short or damaged at word 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_off_is_refused(name: str, tmp_path: Path) -> None:
    data, message = REFUSED[name]
    (tmp_path / "m").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(NlpError, match=message):
            load_vectors(str(tmp_path / "m"))
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_a_limit_reads_what_comes_before_the_damage(tmp_path: Path) -> None:
    """And what the message says of it is so, where a row before is left out too."""
    for rows in (1, 2):
        (tmp_path / "m").write_bytes(b"3 1\n" + (b"a" + ONE) * rows + b"\nb \0\0\0")
        with pytest.raises(NlpError, match=r"copy it again, or read those before it with limit 1$"):
            load_vectors(str(tmp_path / "m"))
        assert load_vectors(str(tmp_path / "m"), 1).vocabulary.words == ["a"]


@pytest.mark.parametrize("data", [BINARY, WITHOUT_LINE_ENDS])
def test_a_file_cut_anywhere_is_refused_or_a_prefix(data: bytes, tmp_path: Path) -> None:
    path, counts = tmp_path / "m", set()
    for end in range(len(data)):
        write_anew(path, data[:end])
        found = read_or_refused(path)
        if found is not None:
            count = len(found[0])
            assert found == ((TAKEN if data is BINARY else WORDS)[:count], MATRIX[:count].tobytes()), end
            counts.add(count)
    assert counts <= set(range(1, len(WORDS) + 1))


def test_many_blocks_are_read_as_one(tmp_path: Path) -> None:
    """Nine megabytes, in which rows do not end where blocks do."""
    words = [f"{number}" for number in range(15_000)]
    matrix = np.random.default_rng(1).normal(size=(len(words), 150)).astype(np.float32)
    (tmp_path / "m").write_bytes(binary_of(words, matrix))
    assert read_or_refused(tmp_path / "m") == (words, matrix.tobytes())
