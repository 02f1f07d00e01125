"""`nlptool similar`: neighbours by falling cosine, columns by how it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

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
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("".join(f"{word} {x} {y}\n" for word, (x, y) in WORDS.items()))
    assert nlptool("similar", "-m", str(path), "king").stderr == ""
    monkeypatch.setattr("cli.jobs.vector_queries._LARGE_TEXT", 20)
    result = nlptool("similar", "-m", str(path), "king")
    assert result.status == 0
    assert f"nlptool export --to npy -o glove.npy {path}" in result.stderr
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
