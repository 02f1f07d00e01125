"""Word vectors as text, as they are found: read as they are meant, or refused with line and counts."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import NlpError
from nlp.vectors import text_format
from nlp.vectors.files import load_vectors
from tests.files import write_anew

if TYPE_CHECKING:
    from pathlib import Path

ROWS: dict[str, list[float]] = {"the": [1, 2.5], "cat": [3, -4], "我": [0.5, 1e-3]}
PLAIN = "3 2\nthe 1 2.5\ncat 3 -4\n我 0.5 1e-3\n"
BARE = PLAIN.partition("\n")[2]

SAME = {
    "word2vec": PLAIN,
    "GloVe": BARE,
    "a byte order mark": "\ufeff" + PLAIN,
    "a byte order mark in GloVe": "\ufeff" + BARE,
    "carriage returns": PLAIN.replace("\n", "\r\n"),
    "carriage returns in GloVe": BARE.replace("\n", "\r\n"),
    "a mark and carriage returns": "\ufeff" + PLAIN.replace("\n", "\r\n"),
    "a space at each end": PLAIN.replace("\n", " \n"),
    "spaces and carriage returns": PLAIN.replace("\n", " \r\n"),
    "no last line end": PLAIN.rstrip("\n"),
    "no last line end in GloVe": BARE.rstrip("\n"),
    "no last line end after a carriage return": PLAIN.replace("\n", "\r\n").rstrip("\n"),
    "an empty last line": PLAIN + "\n",
    "empty last lines in GloVe": BARE + "\r\n \n\n",
    "an empty line": PLAIN.replace("cat", "\ncat"),
    "tabs": PLAIN.replace(" ", "\t"),
    "a tab after the word": BARE.replace("e ", "e\t").replace("t ", "t\t").replace("我 ", "我\t"),
    "two spaces": BARE.replace(" ", "  "),
    "a number in another spelling": PLAIN.replace("2.5", "+.25E1"),
}


def loaded(path: Path, data: str | bytes, limit: int | None = None) -> tuple[dict[str, list[float]], str]:
    write_anew(path, data.encode() if isinstance(data, str) else data)
    vectors = load_vectors(str(path), limit)
    rows = dict(zip(vectors.vocabulary.words, vectors.matrix.tolist(), strict=True))
    return rows, "; ".join(vectors.warnings)


def as_float32(rows: dict[str, list[float]]) -> dict[str, list[float]]:
    return {word: np.array(row, np.float32).tolist() for word, row in rows.items()}


@pytest.mark.parametrize("name", SAME)
def test_every_form_of_the_same_rows_is_read(name: str, tmp_path: Path) -> None:
    assert loaded(tmp_path / "v", SAME[name]) == (as_float32(ROWS), "")


# What is read, with a warning that names the first of what is odd: data, words, parts of the warning.
TOLD: dict[str, tuple[str | bytes, list[str], tuple[str, ...]]] = {
    "more words promised": ("5 2\na 1 2\nb 3 4\n", ["a", "b"], ("says 5 words", "2 rows")),
    "10^12 words promised": ("1000000000000 2\na 1 2\n", ["a"], ("1,000,000,000,000 words", "1 row")),
    "fewer words promised": ("1 2\na 1 2\nb 3 4\n", ["a", "b"], ("says 1 word;", "2 rows")),
    "no words promised": ("0 2\na 1 2\n", ["a"], ("says 0 words", "1 row")),
    "decimal commas": (
        "2 2\n1,5 0,5 -1,25\nb 3 4\n",
        ["1,5", "b"],
        ("1 row with decimal commas", "line 2, '1,5'"),
    ),
    "decimal commas in GloVe": ("a 0,5 1,5\nb 3,0 4,0\n", ["a", "b"], ("2 rows with decimal", "line 1, 'a'")),
    "NaN": ("3 2\na 1 2\nb nan 4\nc -NaN 1\n", ["a"], ("2 rows left out", "not finite", "line 3, 'b'")),
    "infinity in GloVe": ("a 1 2\nb inf 4\nc 1 -Infinity\n", ["a"], ("2 rows left out", "line 2, 'b'")),
    "a number too large": ("a 1 1e99\nb 1 2\n", ["b"], ("1 row left out", "not finite", "line 1, 'a'")),
    "a word that is a space": ("2 2\na 1 2\n  3 4\n", ["a"], ("1 row left out", "white space", "line 3")),
    "a word that is none": ("2 2\n 3 4\na 1 2\n", ["a"], ("1 row left out", "white space", "line 2")),
    "a word of other white space": ("2 2\n\u3000 3 4\na 1 2\n", ["a"], ("1 row left out", "line 2")),
    "a word twice": ("a 1 2\nb 3 4\na 5 6\nb 7 8\n", ["a", "b"], ("2 rows left out", "line 3, 'a'")),
    "bad UTF-8": (
        b"2 2\na 1 2\nca\xff 1 2\n",
        ["a", "ca\ufffd"],
        ("1 row with a word that is not UTF-8", "line 3"),
    ),
    "GBK": (
        "2 2\n国王 1 2\n王后 3 4\n".encode("gbk"),
        ["\ufffd\ufffd\ufffd\ufffd"],
        ("2 rows with a word that is not UTF-8", "iconv", "1 row left out", "line 3"),
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_odd_is_read_and_told(name: str, tmp_path: Path) -> None:
    data, words, parts = TOLD[name]
    rows, warning = loaded(tmp_path / "v", data)
    assert list(rows) == words
    assert warning.startswith(str(tmp_path / "v"))
    for part in parts:
        assert part in warning


def test_a_decimal_comma_is_a_point(tmp_path: Path) -> None:
    assert loaded(tmp_path / "v", "1,5 0,5 -1,25\nb 3 4,5\n")[0] == {"1,5": [0.5, -1.25], "b": [3, 4.5]}


def test_of_a_word_twice_the_first_stays(tmp_path: Path) -> None:
    assert loaded(tmp_path / "v", "a 1 2\nb 3 4\na 5 6\n")[0] == {"a": [1, 2], "b": [3, 4]}


# Words with spaces as in GloVe's largest file, some ending with what could be numbers.
SPACED = {
    ". . .": ". . . 0.1 0.2",
    "at name@example.com": "at name@example.com 0.1 0.2",
    "to 2": "to 2 0.1 0.2",
    "2 3": "2 3 0.1 0.2",
    "New  York": "New  York 0.1 0.2",
    "to 2.5 million": "to 2.5 million 0.1 0.2",
    "to nan": "to nan 0.1 0.2",
    "上海 市": "上海 市 0.1 0.2",
}


@pytest.mark.parametrize("word", SPACED)
@pytest.mark.parametrize("header", ["", "2 2\n"])
def test_a_word_with_spaces_is_whole(word: str, header: str, tmp_path: Path) -> None:
    rows, warning = loaded(tmp_path / "v", f"{header}the 0.5 0.5\n{SPACED[word]}\n")
    assert (list(rows), warning) == (["the", word], "")


# What is refused → where, and what the message holds.
REFUSED: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "a number too many": ("2 2\na 1.5 2.5\nb 3.5 4.5 5.5\n", 3, ("2 numbers, found 3 numbers", "'b'")),
    "a number too many in GloVe": ("a .1 .2\nb .3 .4\nc .5 .6 .7\n", 3, ("2 numbers, found 3", "'c'")),
    "two numbers too many": ("2 2\na 1.5 2.5\nb 3.5 4.5 5.5 6.5\n", 3, ("found 4 numbers",)),
    "an integer too many": ("2 2\na 1 2\nb 3 4 5\n", 3, ("2 numbers, found 3 numbers", "'b'")),
    "a zero too many": ("1 3\na 0 0 0.5 1.5\n", 2, ("3 numbers, found 4 numbers", "'a'")),
    "a number too many, with a comma": ("1 2\na 0,1 0,2 0,3\n", 2, ("found 3 numbers", "'a'")),
    "a number too many after a word with spaces": ("1 2\nNew York .1 .2 .3\n", 2, ("found 3", "'York'")),
    "a number too many after a space": ("1 2\n  .1 .2 .3\n", 2, ("found 3 numbers",)),
    "too few numbers": (
        "2 2\na 1 2\nb 3\n",
        3,
        ("a word and 2 numbers, found 1 number after 'b'", "with limit 1"),
    ),
    "too few numbers in GloVe": ("a 1 2\nb 3 4\nc 3\n", 3, ("2 numbers, found 1 number after 'c'",)),
    "a short first row": ("a 1\nb 3 4\nc 3 5\n", 1, ("2 numbers, found 1 number after 'a'",)),
    "no numbers": ("2 2\na 1 2\nb\n", 3, ("found 0 numbers after 'b'",)),
    "no number": ("2 2\na 1 2\nb 3 x\n", 3, ("2 numbers, found 0 numbers at the end; 'x' before",)),
    "commas between numbers": ("2 2\na,1,2\nb,3,4\n", 2, ("found 0 numbers after 'a,1,2'",)),
    "a printed list": ("2 2\na [1.0, 2.0]\nb [3.0, 4.0]\n", 2, ("found 0 numbers", "'2.0]'")),
    "prose below a first line": ("5 4\nthe quick brown fox\n", 2, ("4 numbers, found 0", "'fox'")),
    "Chinese decimal marks": ("1 2\n国 0。5 1\n", 2, ("found 1 number", "'0。5'")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_line_that_does_not_fit_is_named(name: str, tmp_path: Path) -> None:
    data, line, parts = REFUSED[name]
    tracemalloc.start()
    try:
        with pytest.raises(NlpError) as caught:
            loaded(tmp_path / "v", data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'v'}:{line}:1: expected a word and ")
    assert "\n" not in message
    for part in parts:
        assert part in message


# What is no file of vectors → what its first line gives away.
NONE: dict[str, tuple[str, str]] = {
    "prose": ("This is no model.\n", "'is' where a number would be"),
    "one word": ("word\n", "0 numbers after 'word'"),
    "CSV": ("the,0.1,0.2\ncat,0.3,0.4\n", "0 numbers after 'the,0.1,0.2'"),
    "a vocabulary": ("the\t5\nof\t3\n", "1 number after 'the'"),
    "a vocabulary with spaces": ("the 5\nof 3\n", "1 number after 'the'"),
    "vectors of 10^12 numbers": ("2 1000000000000\na 1 2\n", "1 number after '2'"),
    "JSON": ('{"the": [0.1, 0.2]}\n', "'[0.1,' where a number would be"),
}


@pytest.mark.parametrize("name", NONE)
def test_text_of_another_kind_is_told_by_its_first_line(name: str, tmp_path: Path) -> None:
    data, found = NONE[name]
    with pytest.raises(NlpError, match="not word vectors: neither a model of nlptool w2v-train") as caught:
        loaded(tmp_path / "v", data)
    assert str(caught.value).endswith(f"its first line has {found}")


@pytest.mark.parametrize("data", ["3 2\n", "0 2\n", "3 2\n\n\n", "1 2\na nan 1\n"])
def test_no_rows_are_no_vectors(data: str, tmp_path: Path) -> None:
    with pytest.raises(NlpError, match="there are no word vectors in it"):
        loaded(tmp_path / "v", data)


@pytest.mark.parametrize("header", ["", "4 2\n"])
def test_a_limit_reads_the_first_words_and_nothing_behind(header: str, tmp_path: Path) -> None:
    data = f"{header}a 1 2\n\nb nan 4\nc 3 4\nb 5 6\nd 7\n"
    rows, warning = loaded(tmp_path / "v", data, 3)
    assert rows == {"a": [1, 2], "c": [3, 4], "b": [5, 6]}
    assert warning.count("the first is") == 1
    assert loaded(tmp_path / "v", data, 1) == ({"a": [1, 2]}, "")
    assert list(loaded(tmp_path / "v", SAME["word2vec"], 9)[0]) == list(ROWS)


NUMBERS = ["1", "-2.5", "1e3", "+.5", "0", "nan", "1,5", "x", ""]
SPACES = [" ", "  ", "\t", " \r", "\v"]


@settings(max_examples=300)
@given(st.lists(st.lists(st.sampled_from([*NUMBERS, *SPACES, "a", "é", "."]), max_size=7), max_size=4))
def test_lines_in_the_fast_way_are_what_they_are_with_care(lines: list[list[str]]) -> None:
    """A line that the fast way takes is one whose word and numbers the careful way finds, too."""
    coded = ["".join(line).encode() for line in lines]
    taken = text_format._plain_rows(coded, 2)
    if taken is None or not coded:
        return
    for line, word, numbers in zip(coded, *taken, strict=True):
        row = text_format._row(line, 2)
        assert row.word == word
        assert row.numbers.tobytes() == numbers.tobytes()


@pytest.mark.parametrize("change", ["", "\t", " "])
def test_many_blocks_are_read_as_one(change: str, tmp_path: Path) -> None:
    """Two megabytes, in the fast way and, from the line that `change` alters, with care."""
    count, dim = 4_000, 40
    matrix = np.random.default_rng(1).normal(size=(count, dim)).astype(np.float32)
    lines = [f"w{number} " + " ".join(f"{x:.9g}" for x in row) for number, row in enumerate(matrix.tolist())]
    lines[count // 3] += change
    path = tmp_path / "v"
    path.write_text(f"{count} {dim}\n" + "\n".join(lines))
    assert path.stat().st_size > 1 << 20
    vectors = load_vectors(str(path))
    assert vectors.vocabulary.words == [f"w{number}" for number in range(count)]
    assert vectors.matrix.tobytes() == matrix.tobytes()


def test_the_header_and_rows_of_a_file_cut_anywhere(tmp_path: Path) -> None:
    """What remains is a prefix of the rows, but for the last number, which may have lost digits."""
    data = PLAIN.encode()
    for end in range(data.index(b"\n") + 1, len(data)):
        try:
            rows, warning = loaded(tmp_path / "v", data[:end])
        except NlpError:
            continue
        *whole, last = itertools.islice(as_float32(ROWS).items(), len(rows))
        assert list(rows.items())[: len(whole)] == whole
        assert rows[last[0]][:-1] == last[1][:-1]
        assert (len(rows) < 3) == ("says 3 words" in warning)
