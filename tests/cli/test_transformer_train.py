"""`nlptool transformer-train`: what it shares with `rnn-train` is tested there; here is what differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nlp.storage.kinds import TRANSFORMER, load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

LINES = "the king rode out at dawn\nthe queen rode out at noon\n" * 20
SMALL = (
    *("--layers", "2", "--heads", "2", "--dim", "8", "--ffn", "8", "--context", "6"),
    *("--batch-size", "5", "--bptt", "10", "--epochs", "2"),
)


@pytest.fixture
def trained(tmp_path: Path, nlptool: Nlptool) -> Path:
    path = tmp_path / "x.model"
    assert nlptool("transformer-train", *SMALL, "-q", "-o", str(path), stdin=LINES).status == 0
    return path


@pytest.mark.parametrize(
    "options", [("--level", "word"), ("--dropout", "0.3", "--valid", "{text}"), ("--optimizer", "muon")]
)
def test_two_workers_give_the_same_bytes(options: tuple[str, ...], tmp_path: Path, nlptool: Nlptool) -> None:
    text, models = tmp_path / "text", []
    text.write_text(LINES)
    words = [word.format(text=text) for word in options]
    for workers in ("1", "2"):
        path = tmp_path / workers
        outcome = nlptool(
            "transformer-train", *SMALL, *words, "--workers", workers, "-o", str(path), str(text)
        )
        assert outcome.status == 0, outcome.stderr
        models.append(path.read_bytes())
    assert models[0] == models[1]


def test_the_rate_falls_to_nothing(tmp_path: Path, nlptool: Nlptool) -> None:
    words = ("--warm-up", "0.5", "--lr", "0.01", "--log-json", "-o", str(tmp_path / "x"))
    told = nlptool("transformer-train", *SMALL, *words, stdin=LINES).stderr.splitlines()
    assert json.loads(told[-2])["learning_rate"] == 0


def test_it_scores_and_generates_and_does_nothing_else(trained: Path, nlptool: Nlptool) -> None:
    whole = json.loads(nlptool("score", "-m", str(trained), "--summary", stdin=LINES).stdout)
    assert whole["tokens"] == len(LINES)
    lines = [
        json.loads(line) for line in nlptool("score", "-m", str(trained), stdin=LINES).stdout.splitlines()
    ]
    assert sum(line["logprob"] for line in lines) == pytest.approx(whole["logprob"], abs=1e-3)
    written = nlptool("generate", "-m", str(trained), "-n", "30", "--seed", "1", "--prompt", "the ").stdout
    assert len(written) >= 30
    assert nlptool("plot", "--losses", str(trained)).status == 0
    for command in ("fill", "gradients"):
        outcome = nlptool(command, "-m", str(trained), stdin="the ___\n")
        assert (outcome.status, outcome.stdout) == (1, "")
        assert f"a model of kind {TRANSFORMER!r}, but this command needs" in outcome.stderr


def test_going_on_keeps_form_and_tokens(trained: Path, tmp_path: Path, nlptool: Nlptool) -> None:
    path = tmp_path / "more.model"
    words = ("-q", "--update", str(trained), "--epochs", "1", "-o", str(path))
    assert nlptool("transformer-train", *words, stdin=LINES).status == 0
    before, after = (load(str(one), TRANSFORMER) for one in (trained, path))
    assert (after.model.config, after.vocabulary) == (before.model.config, before.vocabulary)
    assert (after.model.parameters.flat != before.model.parameters.flat).any()
    outcome = nlptool("transformer-train", *words, "--heads", "4", stdin=LINES)
    assert outcome.status == 2
    assert "--heads is 4, but 2 in" in outcome.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("transformer-train", *SMALL),
        ("rnn-train", "--hidden", "8", "--embed-dim", "8", "--epochs", "2"),
        ("ngram-train",),
    ],
    ids=lambda command: command[0],
)
def test_pieces_of_words_are_learnt_and_kept_in_the_model(
    command: tuple[str, ...], tmp_path: Path, nlptool: Nlptool
) -> None:
    path = str(tmp_path / "x.model")
    words = ("--level", "subword", "--subword-vocab", "30", "-q", "-o", path)
    assert nlptool(*command, *words, stdin=LINES).status == 0
    line = "the king rode out at noon: 😀"
    (scored,) = map(json.loads, nlptool("score", "-m", path, "--tokens", stdin=line).stdout.splitlines())
    assert scored["pieces"][:3] == ["▁the", "▁king", "▁rode"]
    assert scored["pieces"][-5:] == ["<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "\n"]
    assert scored["unknown"] == 0
    for search in (("--seed", "1"), ("--beam", "2")):
        told = nlptool("generate", "-m", path, "-n", "5", "--prompt", "the king", *search).stdout
        assert told.startswith("the king")
    outcome = nlptool("fill", "-m", path, stdin="the ___\n")
    assert (outcome.status, outcome.stdout) == (1, "")


def test_a_model_that_fills_gaps_has_no_pieces(tmp_path: Path, nlptool: Nlptool) -> None:
    words = ("--level", "subword", "--bidirectional", "-o", str(tmp_path / "x"))
    outcome = nlptool("rnn-train", *words, stdin=LINES)
    assert outcome.status == 2
    assert "--bidirectional models fill gaps of characters or words" in outcome.stderr


def test_heads_have_pairs_of_numbers(tmp_path: Path, nlptool: Nlptool) -> None:
    outcome = nlptool(
        "transformer-train", "--dim", "10", "--heads", "4", "-o", str(tmp_path / "x"), stdin="a\n"
    )
    assert outcome.status == 2
    assert "--dim is 10, which 4 --heads cannot share in pairs of numbers" in outcome.stderr
    assert "make it a multiple of 8" in outcome.stderr
