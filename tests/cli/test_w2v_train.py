"""`nlptool w2v-train`: its defaults, its input, and what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nlp.vectors.files import load_vectors
from tests.cli.forking import run
from tests.cli.running import shell

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = b"the king rode out at dawn\nthe queen rode out at noon\n" * 20
SMALL = ("--min-count", "1", "--dim", "8", "--epochs", "3")


def test_the_output_is_required() -> None:
    result = run("w2v-train", stdin=SENTENCES)
    assert result.returncode == 2
    assert b"--output" in result.stderr


def test_text_and_jsonl_give_the_same_model(tmp_path: Path) -> None:
    records = "".join(json.dumps({"tokens": line.split()}) + "\n" for line in SENTENCES.decode().splitlines())
    text, jsonl = tmp_path / "text", tmp_path / "jsonl"
    assert run("w2v-train", *SMALL, "-o", str(text), stdin=SENTENCES).returncode == 0
    result = run("w2v-train", *SMALL, "--format", "jsonl", "-o", str(jsonl), stdin=records.encode())
    assert result.returncode == 0
    assert text.read_bytes() == jsonl.read_bytes()


def test_white_space_of_any_kind_separates_tokens(tmp_path: Path) -> None:
    plain, wild = tmp_path / "plain", tmp_path / "wild"
    run("w2v-train", *SMALL, "-o", str(plain), stdin=SENTENCES)
    run("w2v-train", *SMALL, "-o", str(wild), stdin=SENTENCES.replace(b" ", b"\t ").replace(b"\n", b"\r\n"))
    one, other = (load_vectors(str(path)) for path in (plain, wild))
    assert one.words == other.words
    assert (one.matrix == other.matrix).all()


def test_a_model_can_go_into_a_pipe(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    run("w2v-train", *SMALL, "-o", str(plain), stdin=SENTENCES)
    piped = shell('"$@" -q -o /dev/stdout | cat', "w2v-train", *SMALL, stdin=SENTENCES)
    assert piped.stderr == b""
    assert piped.stdout == plain.read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "only 0 distinct words"),
        (b"one two three\n", "only 0 distinct words over --min-count 5; lower it, or use more text"),
        (b"a\nb\n" * 9, "no line has two words"),
    ],
)
def test_a_corpus_with_nothing_to_learn_says_what_to_change(
    text: bytes, message: str, tmp_path: Path
) -> None:
    result = run("w2v-train", "-o", str(tmp_path / "model"), stdin=text)
    assert result.returncode == 1
    assert message in result.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_json_log_ends_with_done(tmp_path: Path) -> None:
    result = run("w2v-train", *SMALL, "--log-json", "-o", str(tmp_path / "model"), stdin=SENTENCES)
    records = [json.loads(line) for line in result.stderr.splitlines()]
    lines = [record for record in records if "warning" not in record]
    needed = {"epoch", "step", "loss", "tokens_per_second", "learning_rate", "elapsed_seconds", "eta_seconds"}
    assert all(needed <= line.keys() for line in lines)
    assert lines[-1]["done"] is True


def test_the_model_holds_the_vocabulary_and_the_settings(tmp_path: Path) -> None:
    model = tmp_path / "model"
    run("w2v-train", *SMALL, "--seed", "7", "-o", str(model), stdin=SENTENCES)
    vectors = load_vectors(str(model))
    assert list(vectors.vocabulary.words)[:3] == ["at", "out", "rode"]
    assert vectors.matrix.shape == (8, 8)
    assert vectors.metadata["config"]["seed"] == 7
    assert len(vectors.metadata["epoch_losses"]) == 3
