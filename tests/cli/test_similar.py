"""`nlptool similar`: neighbours by falling cosine, columns by how it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.console import Console
from cli.jobs.vector_queries import chosen_vectors
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

# cos(king, ·): queen 0.8, prince 0.6, apple 0, tree -1
WORDS = {"king": (5, 0), "queen": (4, 3), "prince": (3, -4), "apple": (0, 2), "tree": (-1, 0)}


@pytest.fixture
def similar(nlptool: Nlptool, tmp_path: Path) -> Nlptool:
    path = write_words(tmp_path / "words.model", WORDS)

    def run(*arguments: str, stdin: str = "") -> Outcome:
        return nlptool("similar", "-m", path, *arguments, stdin=stdin)

    return run


def test_one_query_gives_two_columns(similar: Nlptool) -> None:
    assert similar("king") == (0, "queen\t0.8000\nprince\t0.6000\napple\t0.0000\ntree\t-1.0000\n", "")


def test_several_queries_give_three(similar: Nlptool) -> None:
    assert similar("-k", "1", "king", "tree") == (0, "king\tqueen\t0.8000\ntree\tapple\t0.0000\n", "")


def test_zero_has_no_sign(similar: Nlptool) -> None:
    assert "-0.0" not in similar("apple").stdout + similar("--format", "jsonl", "apple").stdout


def test_what_rounds_to_zero_has_no_sign(nlptool: Nlptool, tmp_path: Path) -> None:
    model = write_words(tmp_path / "m", {"a": (1, 0), "b": (-1e-5, 1)})
    assert nlptool("similar", "-m", model, "a").stdout == "b\t0.0000\n"


def test_stdin_gives_three_even_for_one(similar: Nlptool) -> None:
    assert similar("-k", "1", stdin="  king \n\n") == (0, "king\tqueen\t0.8000\n", "")


def test_jsonl(similar: Nlptool) -> None:
    result = similar("-k", "2", "--format", "jsonl", "king")
    neighbours = [{"word": "queen", "score": 0.8}, {"word": "prince", "score": 0.6}]
    assert json.loads(result.stdout) == {"word": "king", "neighbours": neighbours}
    record = '{"id":1,"word":"king"}\n'
    result = similar("-k", "1", "--format", "jsonl", stdin=record)
    assert json.loads(result.stdout) == {"id": 1, "word": "king", "neighbours": neighbours[:1]}


@pytest.mark.parametrize("record", ['{"text":"king"}', '{"word":1}'])
def test_a_record_without_a_word_is_refused(record: str, similar: Nlptool) -> None:
    result = similar("--format", "jsonl", stdin=record)
    assert (result.status, result.stdout) == (1, "")
    assert "<stdin>:1:1: " in result.stderr


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("quen", "did you mean 'queen'?"),
        ("KING", "did you mean 'king'?"),
        ("zzzzzz", "no known word is close"),
    ],
)
def test_an_unknown_word_is_told_and_the_rest_is_answered(query: str, hint: str, similar: Nlptool) -> None:
    result = similar("-k", "1", query, "king")
    assert (result.status, result.stdout) == (1, "king\tqueen\t0.8000\n")
    assert result.stderr.startswith(f"nlptool: {query!r} has no vector; {hint}")
    assert result.stderr.count("\n") == 1
    first, second = similar("-k", "1", "--format", "jsonl", query, "king").stdout.splitlines()
    assert hint in json.loads(first)["error"]
    assert "neighbours" in json.loads(second)


def test_no_neighbours_are_usage(similar: Nlptool) -> None:
    assert similar("-k", "0", "king").status == 2


def test_a_model_that_is_none_is_told_in_one_line(nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("no model\n")
    result = nlptool("similar", "-m", str(path), "king")
    assert (result.status, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith(
        f"nlptool: {path}: not word vectors: neither a model of nlptool w2v-train"
    )
    assert all(
        name in result.stderr for name in ("word2vec's text or binary", "GloVe", ".npy", "safetensors")
    )


def test_a_faster_format_is_told_where_vectors_as_text_are_large(
    nlptool: Nlptool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("".join(f"{word} {x} {y}\n" for word, (x, y) in WORDS.items()))
    for limit, large, is_told in ((None, 20, True), (2, 20, False), (None, 20_000, False)):
        chosen_vectors(str(path), Console(), limit, large=large)
        remedy = f"nlptool export --to npy -o glove.npy {path}\n"
        assert (remedy.encode() in capfdbinary.readouterr().err) == is_told
    result = nlptool("similar", "-m", str(path), "king")
    assert (result.status, result.stderr) == (0, "")
    monkeypatch.chdir(tmp_path)
    assert nlptool("export", "--to", "npy", "-o", "glove.npy", str(path)).status == 0
    assert nlptool("similar", "-m", "glove.npy", "king") == (0, result.stdout, "")


@pytest.mark.parametrize(
    ("words", "query"),
    [(["king - king"], "king - king"), (["--minus", "king", "king"], "king"), (["nothing"], "nothing")],
)
def test_what_adds_up_to_zero_has_no_neighbours(
    words: list[str], query: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    model = write_words(tmp_path / "m", {"king": (1, 0.3), "queen": (0.8, 0.6), "nothing": (0, 0)})
    result = nlptool("similar", "-m", model, *words)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert f"{query!r} adds up to zero, which has no direction" in result.stderr
    record = json.loads(nlptool("similar", "--format", "jsonl", "-m", model, *words).stdout)
    assert "adds up to zero" in record["error"]


def test_a_limit_leaves_the_other_words_out(similar: Nlptool) -> None:
    assert similar("--limit", "2", "king").stdout.count("\n") == 1
    assert similar("--limit", "1", "queen").status == 1


def test_what_is_odd_about_a_file_is_a_warning(tmp_path: Path, nlptool: Nlptool) -> None:
    path = tmp_path / "v.vec"
    path.write_text("4 2\ncat 1 2\nsun nan nan\ndog 1 3\n")
    result = nlptool("similar", "-m", str(path), "cat")
    assert (result.status, result.stdout) == (0, "dog\t0.9899\n")
    assert (
        "v.vec: 1 row left out, with numbers that are not finite; the first is line 3, 'sun'" in result.stderr
    )
    assert "v.vec: its first line says 4 words; there are 3 rows here, and those are read" in result.stderr
    assert nlptool("similar", "-q", "-m", str(path), "cat") == (0, "dog\t0.9899\n", "")


@pytest.mark.parametrize(
    ("words", "stdin", "written"),
    [
        (["king"], "", "queen\t0.8000\n"),
        (["--columns", "2", "king"], "", "queen\t0.8000\n"),
        (["--columns", "3", "king"], "", "king\tqueen\t0.8000\n"),
        (["king", "tree"], "", "king\tqueen\t0.8000\ntree\tapple\t0.0000\n"),
        (["--columns", "2", "king", "tree"], "", "queen\t0.8000\napple\t0.0000\n"),
        (["--columns", "2"], "king\n", "queen\t0.8000\n"),
        (["--format", "tsv", "--columns", "3", "king"], "", "king\tqueen\t0.8000\n"),
        (["--pair", "king", "queen"], "", None),
    ],
)
def test_columns(words: list[str], stdin: str, written: str | None, similar: Nlptool) -> None:
    if written is None:
        assert similar(*words) == (0, "0.8000\n", "")
        assert similar(*words, "--columns", "3") == (0, "king\tqueen\t0.8000\n", "")
        return
    assert similar("-k", "1", *words, stdin=stdin) == (0, written, "")


def test_pairs(similar: Nlptool) -> None:
    both = "king\tqueen\t0.8000\nking\ttree\t-1.0000\n"
    assert similar("--pair", "king", "queen", "king", "tree") == (0, both, "")
    assert similar("--pair", stdin="king queen\n\nking\ttree\n") == (0, both, "")
    record = '{"id":7,"pair":["king","queen"]}\n'
    result = similar("--pair", "--format", "jsonl", stdin=record)
    assert json.loads(result.stdout) == {"id": 7, "pair": ["king", "queen"], "score": 0.8}
    assert json.loads(similar("--pair", "--format", "jsonl", "king", "queen").stdout) == {
        "pair": ["king", "queen"],
        "score": 0.8,
    }


def test_a_pair_that_has_no_cosine_is_told_and_the_rest_is_answered(similar: Nlptool) -> None:
    result = similar("--pair", stdin="king quen\nking\na b c\nking queen\n")
    assert (result.status, result.stdout) == (1, "king\tqueen\t0.8000\n")
    told = result.stderr.splitlines()
    assert told[0] == "nlptool: <stdin>:1:1: 'quen' has no vector; did you mean 'queen'?"
    assert told[1] == "nlptool: <stdin>:2:1: expected two words, found 1 in 'king'"
    assert told[2] == "nlptool: <stdin>:3:1: expected two words, found 3 in 'a b c'"
    for record in ('{"word":"king"}', '{"pair":["king"]}', '{"pair":["king",1]}', '{"pair":"king"}'):
        result = similar("--pair", "--format", "jsonl", stdin=record)
        assert (result.status, result.stdout) == (1, "")
        assert "<stdin>:1:1: the record has no two strings in `pair`" in result.stderr


@pytest.mark.parametrize("words", [["king"], ["king", "queen", "tree"]])
def test_pairs_of_an_odd_number_are_usage(words: list[str], similar: Nlptool) -> None:
    result = similar("--pair", *words)
    assert result.status == 2
    assert "--pair compares two words" in result.stderr


@pytest.mark.parametrize("option", [["-k", "3"], ["--plus", "king"], ["--among", "none"]])
def test_what_is_of_neighbours_is_not_of_pairs(option: list[str], similar: Nlptool) -> None:
    result = similar("--pair", *option, "king", "queen")
    assert result.status == 2
    assert f"{option[0]} is of neighbours, not of --pair" in result.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list", "prince\n\ntree\nprince\nking\n"),
        ("vocab.tsv", "prince\t3\r\ntree\t1\r\n"),
        ("list.jsonl", '{"word":"prince"}\n{"word":"tree"}\n'),
    ],
)
def test_neighbours_among_a_list(name: str, content: str, similar: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert similar("--among", str(path), "king") == (0, "prince\t0.6000\ntree\t-1.0000\n", "")
    assert similar("--among", "-", "king", stdin="prince\ntree\n").stdout.startswith("prince")


def test_a_list_of_unknown_words_is_told(similar: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("kin\nprince\nquen\n")
    result = similar("--among", str(path), "king")
    assert (result.status, result.stdout) == (0, "prince\t0.6000\n")
    assert f"{path}: 2 of 3 words have no vector; the first is 'kin'" in result.stderr
    path.write_text("kin\n")
    result = similar("--among", str(path), "king")
    assert (result.status, result.stdout) == (1, "")
    assert f"{path}: none of its words has a vector, 'kin' for one" in result.stderr
    path.write_text("\n\n")
    assert f"{path}: no word is listed here" in similar("--among", str(path), "king").stderr
    assert similar("--among", "-").status == 2


@pytest.mark.parametrize("texts", [["king man", ""], ["", "king"]])
def test_an_empty_text_is_told_as_one(texts: list[str], similar: Nlptool) -> None:
    assert similar("--pair", "--lines", *texts) == (1, "", "nlptool: no word of '' has a vector\n")
    from_stdin = similar("--pair", "--lines", stdin="\t".join(texts) + "\r\n")
    assert from_stdin == (1, "", "nlptool: <stdin>:1:1: no word of '' has a vector\n")
