"""One-hot vectors: the lecture's five, their algebra, and the three ways of writing them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.io.reading import Input
from cli.io.streams import Streams
from cli.jobs.onehot import counted, token_batches
from nlp.layers.embedding import embedding_forward, one_hot
from tests.cli.running import answers

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from tests.cli.inside import Nlptool

LECTURE = "apple bag cat dog elephant"
TEXT = "b a b\n\nc a 我 b\n"


def vectors(stdout: str) -> NDArray[np.int64]:
    rows = [line.split("\t")[1].split(" ") for line in stdout.splitlines()]
    return np.array(rows, np.int64)


def dense(path: Path) -> NDArray[np.float32]:
    """The matrix of an .npz of compressed sparse rows, by their definition."""
    with np.load(path, allow_pickle=False) as arrays:
        rows = np.zeros(arrays["shape"], np.float32)
        for number, (start, end) in enumerate(zip(arrays["indptr"], arrays["indptr"][1:], strict=False)):
            rows[number, arrays["indices"][start:end]] = arrays["data"][start:end]
    return rows


def test_the_lecture_words_are_its_five_vectors(nlptool: Nlptool) -> None:
    """Five words, five vectors: 1 at the word's place in the vocabulary, 0 elsewhere."""
    result = nlptool("onehot", stdin=f"{LECTURE}\n")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == (
        "apple\t1 0 0 0 0\nbag\t0 1 0 0 0\ncat\t0 0 1 0 0\ndog\t0 0 0 1 0\nelephant\t0 0 0 0 1\n"
    )
    assert nlptool("corpus", "lecture/onehot").stdout.split() == LECTURE.split()


@pytest.mark.parametrize("name", ["rows.txt", "rows.npz"])
def test_a_note_tells_how_many_vectors_were_written(name: str, nlptool: Nlptool, tmp_path: Path) -> None:
    result = nlptool("onehot", "-v", "-o", str(tmp_path / name), stdin=TEXT)
    assert result.stderr == "nlptool: 7 vectors written, of 4 types\n"


def test_any_two_lecture_vectors_are_orthogonal(nlptool: Nlptool) -> None:
    """cos(x, y) = x·y / (|x| |y|) = 0 for every pair: one-hot vectors say nothing of likeness."""
    rows = vectors(nlptool("onehot", stdin=LECTURE).stdout)
    lengths = np.linalg.norm(rows, axis=1)
    assert np.array_equal(rows @ rows.T / np.outer(lengths, lengths), np.eye(5))


@given(ids=st.lists(st.integers(0, 4), max_size=6))
def test_a_matrix_times_a_one_hot_column_is_the_lookup(ids: list[int]) -> None:
    """W (D, V), x (V,) one-hot at i: W x = Σ_v W[:, v] x_v = W[:, i], which is row i of the embedding Wᵀ."""
    W = np.random.default_rng(0).normal(size=(3, 5))
    numbers = np.array(ids, np.int64)
    columns = one_hot(numbers, 5, np.float64).T
    assert np.array_equal((W @ columns).T, embedding_forward(np.ascontiguousarray(W.T), numbers))


def test_types_are_numbered_as_vocab_prints_them(nlptool: Nlptool) -> None:
    printed = [line.split("\t")[0] for line in nlptool("vocab", stdin=TEXT).stdout.splitlines()]
    lines = nlptool("onehot", "--sparse", stdin=TEXT).stdout.splitlines()
    assert printed == ["b", "a", "c", "我"]
    assert lines == [f"{token}\t{printed.index(token)}\t4" for token in TEXT.split()]


def test_the_sparse_matrix_is_the_dense_one(nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    assert nlptool("onehot", "-o", str(path), stdin=TEXT) == (0, "", "")
    assert np.array_equal(dense(path), vectors(nlptool("onehot", stdin=TEXT).stdout))
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays) == {"data", "indices", "indptr", "shape", "format"}
        assert arrays["format"].item() == b"csr"
        assert arrays["shape"].tolist() == [7, 4]


def test_the_sparse_matrix_has_the_same_bytes_at_any_time(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "x.npz", tmp_path / "y.npz"]
    for path, clock in zip(paths, (1e9, 1.5e9), strict=True):
        monkeypatch.setattr("time.time", lambda clock=clock: clock)
        assert nlptool("onehot", "-o", str(path), stdin=TEXT).status == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.fixture
def vocab(tmp_path: Path) -> str:
    path = tmp_path / "vocab.tsv"
    path.write_text("b\t2\na\t1\n")
    return str(path)


def test_an_unknown_token_is_a_row_of_zeros_and_a_warning(
    nlptool: Nlptool, vocab: str, tmp_path: Path
) -> None:
    text = nlptool("onehot", "--vocab", vocab, stdin="a x b x\n")
    assert text.stdout == "a\t0 1\nx\t0 0\nb\t1 0\nx\t0 0\n"
    assert text.stderr == f"nlptool: warning: 2 tokens are not in {vocab}; their vectors are zero\n"
    assert text.status == 0
    one = nlptool("onehot", "--vocab", vocab, stdin="a x\n").stderr
    assert one == f"nlptool: warning: 1 token is not in {vocab}; its vector is zero\n"
    sparse = nlptool("onehot", "--vocab", vocab, "--sparse", "-q", stdin="a x\n")
    assert sparse == (0, "a\t1\t2\nx\t-1\t2\n", "")
    path = tmp_path / "x.npz"
    assert nlptool("onehot", "--vocab", vocab, "-o", str(path), stdin="a x b x\n").stderr == text.stderr
    assert dense(path).tolist() == [[0, 1], [0, 0], [1, 0], [0, 0]]


def test_jsonl_fields_pass_through(nlptool: Nlptool, vocab: str) -> None:
    record = '{"id":"old","text":"a x","tokens":["a","x"],"spans":[[0,1],[2,3]],"who":{"name":"é"}}\n'
    options = ["onehot", "--vocab", vocab, "-q", "--format", "jsonl"]
    assert [json.loads(line) for line in nlptool(*options, stdin=record).stdout.splitlines()] == [
        {"id": 1, "who": {"name": "é"}, "token": "a", "vector": [0, 1]},
        {"id": None, "who": {"name": "é"}, "token": "x", "vector": [0, 0]},
    ]
    again = '{"vector":[1],"tokens":["b"]}\n'
    assert nlptool(*options, stdin=again).stdout == '{"token":"b","id":0,"vector":[1,0]}\n'
    sparse = nlptool(*options, "--sparse", stdin=record).stdout.splitlines()
    assert [json.loads(line) for line in sparse] == [
        {"id": "old", "who": {"name": "é"}, "token": "a", "index": 1, "size": 2},
        {"id": "old", "who": {"name": "é"}, "token": "x", "index": None, "size": 2},
    ]


@pytest.mark.parametrize(
    ("options", "start", "between", "end"),
    [
        ([], "w{n:04}\t", " ", "\n"),
        (
            ["--format", "jsonl", "--input-format", "text"],
            '{{"token":"w{n:04}","id":{n},"vector":[',
            ",",
            "]}\n",
        ),
    ],
)
def test_a_million_cells_and_more_are_the_rows(
    options: list[str], start: str, between: str, end: str, nlptool: Nlptool
) -> None:
    """They are made by the piece, as many as fit into memory at a time."""
    size = 1100
    text = " ".join(f"w{n:04}" for n in range(size))
    assert nlptool("onehot", "--sparse", stdin=text).stdout == "".join(
        f"w{n:04}\t{n}\t{size}\n" for n in range(size)
    )
    rows = (between.join(["0"] * n + ["1"] + ["0"] * (size - 1 - n)) for n in range(size))
    expected = "".join(start.format(n=n) + row + end for n, row in enumerate(rows))
    assert nlptool("onehot", *options, stdin=text) == (0, expected, "")


@pytest.mark.parametrize("stdin", ["", "\n\n"])
def test_no_tokens_are_no_rows(stdin: str, nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("onehot", stdin=stdin) == (0, "", "")
    path = tmp_path / "x.npz"
    assert nlptool("onehot", "-o", str(path), stdin=stdin).status == 0
    assert dense(path).shape == (0, 0)


def test_one_string_object_a_type(tmp_path: Path) -> None:
    """The input is read whole without --vocab: a million occurrences of a word are one string."""
    path = tmp_path / "text"
    path.write_text("word other\n" * 100)
    (tokens,) = token_batches(Streams(Input((str(path),))), to_keep=True)
    assert len({id(word) for word in tokens.words}) == 2
    assert len({id(other) for other in tokens.others}) == 1
    assert counted([tokens]).words == ["other", "word"]


@pytest.mark.parametrize("options", [[], ["--sparse"]])
def test_with_a_vocabulary_a_row_is_out_while_stdin_stays_open(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "vocabulary").write_text("a\t2\nb\t1\n")
    arguments = ("onehot", *options, "--vocab", str(tmp_path / "vocabulary"))
    first, second = answers(*arguments, lines=[b"b\n", b"a b\n"])
    assert [row.split(b"\t")[0] for row in (first + second).splitlines()] == [b"b", b"a", b"b"]


def described(record: dict[str, Any]) -> list[str]:
    return sorted(record)


def test_the_fields_are_those_of_the_contract(nlptool: Nlptool) -> None:
    options = ["onehot", "--format", "jsonl", "--input-format", "text"]
    assert described(json.loads(nlptool(*options, stdin="a").stdout)) == ["id", "token", "vector"]
    assert described(json.loads(nlptool(*options, "--sparse", stdin="a").stdout)) == [
        "index",
        "size",
        "token",
    ]
