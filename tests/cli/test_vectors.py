"""`nlptool vectors`: of words, seen or not, and of lines; as text, JSONL, TSV and one matrix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.vectors.files import load_vectors
from nlp.vectors.line_vectors import LineVectors
from tests.cli.running import answers
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

WORDS = {"the": (1, 0.5), "king": (5, 0.1), "queen": (4, 3), "New York": (-1, 1e-9)}


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write_words(tmp_path / "words.model", WORDS)


def test_words_of_the_command_line(model: str, nlptool: Nlptool) -> None:
    text = "king\t5 0.100000001\nNew York\t-1 9.99999972e-10\n"
    assert nlptool("vectors", "-m", model, "king", "New York") == (0, text, "")
    tsv = "king\t5\t0.100000001\n"
    assert nlptool("vectors", "-m", model, "--format", "tsv", "king") == (0, tsv, "")
    result = nlptool("vectors", "-m", model, "--format", "jsonl", "king")
    assert json.loads(result.stdout) == {"word": "king", "vector": [5, 0.100000001]}


def test_words_of_stdin(model: str, nlptool: Nlptool) -> None:
    """A word a line, or several: tokens come as `tokenize` writes them."""
    result = nlptool("vectors", "-m", model, stdin="king queen\n\nNew York\r\n  the \n")
    assert (result.status, result.stderr) == (0, "")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [
        "king",
        "queen",
        "New York",
        "the",
    ]
    records = '{"id":1,"text":"The king","tokens":["the","king"]}\n{"word":"New York","x":2}\n'
    result = nlptool("vectors", "-m", model, "--format", "jsonl", stdin=records)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": 1, "word": "the", "vector": [1, 0.5]},
        {"id": 1, "word": "king", "vector": [5, 0.100000001]},
        {"x": 2, "word": "New York", "vector": [-1, 9.99999972e-10]},
    ]


def test_an_unknown_word_is_told_and_the_rest_is_answered(model: str, nlptool: Nlptool) -> None:
    result = nlptool("vectors", "-m", model, stdin="the kin queen\n")
    assert (result.status, result.stdout) == (1, "the\t1 0.5\nqueen\t4 3\n")
    assert result.stderr == "nlptool: <stdin>:1:1: 'kin' has no vector; did you mean 'king'?\n"
    result = nlptool("vectors", "-m", model, "--format", "jsonl", "kin")
    assert json.loads(result.stdout) == {
        "word": "kin",
        "error": "'kin' has no vector; did you mean 'king'?",
    }


def test_unseen_words_have_vectors_where_there_are_subwords(nlptool: Nlptool, tmp_path: Path) -> None:
    model = str(tmp_path / "parts.model")
    text = "the king rode and the kings rode\n" * 20
    options = ("--subwords", "--min-count", "1", "--dim", "8", "--epochs", "1", "-q", "-o", model)
    assert nlptool("w2v-train", *options, stdin=text).status == 0
    result = nlptool("vectors", "-m", model, "kingly")
    word, vector = result.stdout.rstrip("\n").split("\t")
    assert word == "kingly"
    compose = load_vectors(model).compose
    assert compose is not None
    assert np.array(vector.split(), np.float32).tolist() == np.asarray(compose("kingly")).tolist()


def test_what_is_written_is_read_as_word_vectors(model: str, nlptool: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text(nlptool("vectors", "-m", model, *WORDS).stdout)
    assert nlptool("vectors", "-m", model, *WORDS, "-o", str(tmp_path / "k.npy")) == (0, "", "")
    for name in ("k.txt", "k.npy"):
        loaded = load_vectors(str(tmp_path / name))
        assert loaded.vocabulary.words == list(WORDS)
        assert loaded.matrix.tobytes() == np.array(list(WORDS.values()), np.float32).tobytes()


def test_a_matrix_has_the_rows_of_known_words(model: str, nlptool: Nlptool, tmp_path: Path) -> None:
    target = tmp_path / "k.npy"
    assert nlptool("vectors", "-m", model, "-o", str(target), stdin="the kin\nqueen\n").status == 1
    assert np.load(target, allow_pickle=False).tolist() == [[1, 0.5], [4, 3]]
    assert (tmp_path / "k.words.txt").read_text() == "the\nqueen\n"


LINES = ["The king, the queen", "", "zzz", "queen"]


def test_lines(model: str, nlptool: Nlptool, tmp_path: Path) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    expected = LineVectors(load_vectors(model)).of([line.split() for line in LINES])
    result = nlptool("vectors", "-m", model, "--lines", stdin=text)
    assert result.status == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [item for item, _ in rows] == LINES
    assert np.array([row.split() for _, row in rows], np.float32).tobytes() == expected.tobytes()
    told = "1 of 4 lines has no word with a vector, and its own is zero; the first is <stdin>:3"
    assert result.stderr == f"nlptool: warning: {told}\n"
    path, target = tmp_path / "lines.txt", tmp_path / "l.npy"
    path.write_text(text)
    assert nlptool("vectors", "-m", model, "-q", "--lines", "-o", str(target), str(path)) == (0, "", "")
    assert np.load(target, allow_pickle=False).tobytes() == expected.tobytes()
    assert not (tmp_path / "l.words.txt").exists()
    other = nlptool("vectors", "-m", model, "--lines", "--remove-common", "0", stdin=text)
    assert other.stdout != result.stdout


def test_lines_of_segmented_chinese_are_of_its_words(nlptool: Nlptool, tmp_path: Path) -> None:
    words = {"上海": (1, 0), "城市": (0, 1), "上": (9, 9), "海": (9, -9), "。": (0.5, 0.5)}
    model = write_words(tmp_path / "han.model", words)
    segmented = nlptool("tokenize", "--han", "words", stdin="上海城市\n").stdout
    assert segmented == "上海 城市\n"
    result = nlptool("vectors", "-m", model, "--lines", "--remove-common", "0", stdin=segmented)
    item, vector = result.stdout.rstrip("\n").split("\t")
    assert (result.status, item) == (0, "上海 城市")
    x, y = map(float, vector.split())
    assert x > 0 < y  # of the two words, not of the characters
    assert abs(x) + abs(y) < 2


def test_lines_of_jsonl_keep_their_fields(model: str, nlptool: Nlptool) -> None:
    records = '{"text":"the queen","id":1}\n{"tokens":["the","queen"]}\n'
    result = nlptool("vectors", "-m", model, "--lines", "--format", "jsonl", stdin=records)
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["text"], first["id"], second["text"]) == ("the queen", 1, "the queen")
    assert first["vector"] == second["vector"]
    result = nlptool("vectors", "-m", model, "--lines", "--input-format", "jsonl", stdin='{"text":"a\\tb c"}')
    assert result.stdout == "a b c\t0 0\n"


def test_a_line_is_answered_while_stdin_is_open(model: str) -> None:
    words = ("vectors", "-m", model, "--lines")
    found = answers(*words, lines=[b"the king\n", b"queen\n"])
    assert [one.decode().split("\t")[0] for one in found] == ["the king", "queen"]


def test_the_cosine_of_two_texts(model: str, nlptool: Nlptool) -> None:
    first, second = nlptool("vectors", "-m", model, "--lines", stdin="the king\nqueen\n").stdout.splitlines()
    u, v = (np.array(line.split("\t")[1].split(), np.float64) for line in (first, second))
    cosine = f"{u @ v / np.sqrt(u @ u * (v @ v)):.4f}"
    pair = ("similar", "-m", model, "--pair", "--lines")
    assert nlptool(*pair, "the king", "queen") == (0, f"{cosine}\n", "")
    result = nlptool(*pair, stdin="the king\tqueen\nthe king queen\nzzz\tking\n")
    assert (result.status, result.stdout) == (1, f"the king\tqueen\t{cosine}\n")
    assert "<stdin>:2:1: expected two texts, a tab between them; found 1" in result.stderr
    assert "<stdin>:3:1: no word of 'zzz' has a vector" in result.stderr
    refused = nlptool("similar", "-m", model, "--lines", "king")
    assert refused.status == 1
    assert "but this command needs one of kind 'search-index'" in refused.stderr


def test_what_is_of_lines_needs_lines(model: str, nlptool: Nlptool) -> None:
    result = nlptool("vectors", "-m", model, "--remove-common", "1", "king")
    assert result.status == 2
    assert "--remove-common is of lines of text; give --lines, or leave it out" in result.stderr
    result = nlptool("vectors", "-m", model, "--lines", "--remove-common", "2", stdin="king\n")
    assert (result.status, result.stdout) == (1, "")
    assert "2 directions cannot be taken out of vectors of 2 dimensions" in result.stderr


def test_words_may_stand_in_a_column(model: str, nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text('id,name\n1,king\n2,"New York"\n')
    result = nlptool("vectors", "-m", model, "--field", "name", "--format", "jsonl", stdin=path.read_bytes())
    assert result.status == 1, "stdin has no ending"
    words = ("--field", "name", "--input-format", "csv", "--format", "jsonl")
    result = nlptool("vectors", "-m", model, *words, stdin=path.read_bytes())
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["word"]) for one in found] == [("1", "king"), ("2", "New York")]


def test_a_text_of_jsonl_is_a_line_of_words(model: str, nlptool: Nlptool) -> None:
    result = nlptool("vectors", "-m", model, "--input-format", "jsonl", stdin='{"text":"the queen"}\n')
    assert result == (0, "the\t1 0.5\nqueen\t4 3\n", "")
