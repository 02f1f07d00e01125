"""Vocabulary files: what `vocab` writes comes back, anything else is refused with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.io.vocabulary_file import read_vocabulary
from nlp.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

READS = {
    "counts": ("b\t3\na\t1\n", {"b": 3, "a": 1}),
    "tokens alone": ("b\na\n", {"b": 0, "a": 0}),
    "order of the file": ("a\t1\nb\t3\n", {"a": 1, "b": 3}),
    "a count that is a token": ("7\t2\n", {"7": 2}),
    "a tab in a token": ("a\tb\t2\n", {"a\tb": 2}),
    "CRLF": ("a\t1\r\nb\r\n", {"a": 1, "b": 0}),
    "a space for the tab": ("apple 3\nbag 2\n我  1\r\n", {"apple": 3, "bag": 2, "我": 1}),
    "the count first": ("      3 apple\n     12 bag\n   2 7\n", {"apple": 3, "bag": 12, "7": 2}),
    "numbers, of which the second is the count": ("7 2\n", {"7": 2}),
    "tokens that look like JSON": ('{"\t3\n{"a":1}\t2\n{"a":2}\n', {'{"': 3, '{"a":1}': 2, '{"a":2}': 0}),
    "a space in a token": ("New York\t2\n", {"New York": 2}),
    "nothing": ("", {}),
}
REFUSED = {
    "no token": ("a\t1\n\t2\n", 2),
    "an empty line": ("a\t1\n\nb\t1\n", 2),
    "no number": ("a\tmany\n", 1),
    "a negative number": ("a\t-1\n", 1),
    "no count after the tab": ("a\t\n", 1),
    "spaces, but no count": ("a 1\nnew york\n", 2),
    "two tokens and a count": ("a 1\nnew york 3\n", 2),
    "a count and more": ("the 123 word\n", 1),
    "twice": ("a\t1\nb\t1\na\t2\n", 3),
    "a number of 5000 digits": (f"a\t{'9' * 5000}\n", 1),
}
REFUSED_JSONL = {
    "no token": '{"count":1}',
    "a number for a token": '{"token":5}',
    "null for a token": '{"token":null}',
    "null for a count": '{"token":"a","count":null}',
    "true for a count": '{"token":"a","count":true}',
    "a fraction for a count": '{"token":"a","count":1.5}',
    "text": '{"text":"a"}',
}


@pytest.mark.parametrize("name", READS)
def test_reads(name: str, tmp_path: Path) -> None:
    content, expected = READS[name]
    path = tmp_path / "vocab.tsv"
    path.write_bytes(content.encode())
    vocabulary = read_vocabulary(str(path))
    assert list(zip(vocabulary.words, vocabulary.counts, strict=True)) == list(expected.items())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vocab.txt", '{"token": "a b", "count": 2}\n{"token":"{","count":1}\n'),
        ("vocab.csv", '"a b",2\r\n{,1\r\n'),
        ("vocab.csv.txt", '\ufeffa b\t2\n{"token":"{"}\n'),
    ],
)
def test_a_line_tells_its_form(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    assert read_vocabulary(str(tmp_path / name)).words == ["a b", "{"]


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_text(name: str, tmp_path: Path) -> None:
    content, line = REFUSED[name]
    path = tmp_path / "vocab.tsv"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_vocabulary(str(path))
    assert (caught.value.path, caught.value.line) == (str(path), line)


@pytest.mark.parametrize("line", ["a", "a,b", "a,-1", ",1", "", '"a,1'])
def test_refuses_csv(line: str, tmp_path: Path) -> None:
    path = tmp_path / "vocab.csv"
    path.write_text(f"the,2\n{line}\nof,1\n")
    with pytest.raises(InputError, match=rf"^{path}:2:1: expected token"):
        read_vocabulary(str(path))


@pytest.mark.parametrize("name", REFUSED_JSONL)
def test_refuses_jsonl(name: str, tmp_path: Path) -> None:
    path = tmp_path / "vocab.jsonl"
    path.write_text(REFUSED_JSONL[name])
    with pytest.raises(InputError, match="expected token"):
        read_vocabulary(str(path))


@pytest.mark.parametrize("name", ["vocab.tsv", "vocab.jsonl", "vocab.tsv.gz"])
def test_what_vocab_writes_comes_back(name: str, nlptool: Nlptool, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    form = "jsonl" if ".jsonl" in name else "text"
    result = nlptool(
        "vocab", "--input-format", "text", "--format", form, "-o", path, stdin="b a 我 b\nNaN b 7\n"
    )
    assert result.status == 0
    vocabulary = read_vocabulary(path)
    assert (vocabulary.words, vocabulary.counts) == (["b", "7", "NaN", "a", "我"], [3, 1, 1, 1, 1])
