"""`nlptool ngram-train`: its input, its model, and what it says."""

from __future__ import annotations

import gzip
import json
import subprocess
from typing import TYPE_CHECKING

import click
import numpy as np
import pytest

from cli.commands.ngram_train import ngram_train
from nlp.ngrams.config import MAX_ORDER
from nlp.storage.kinds import NGRAM_MODEL, load
from tests.cli.running import NLPTOOL, environment, shell
from tests.torture.peak import peak_memory

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

UNSPACED = "; text without spaces between its words goes through nlptool tokenize first"
LINES = "the king rode out at dawn\nthe queen rode out at noon\n"


def test_the_orders_are_those_of_the_model() -> None:
    (order,) = (option for option in ngram_train.params if option.name == "order")
    assert isinstance(order.type, click.IntRange)
    assert order.type.max == MAX_ORDER


def test_words_and_line_ends_are_tokens(nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("ngram-train", "-o", str(tmp_path / "model"), stdin=LINES).status == 0
    model = load(str(tmp_path / "model"), NGRAM_MODEL)
    assert list(model.vocabulary.words)[:6] == ["<eos>", "<unk>", "at", "out", "rode", "the"]
    assert model.about["config"] == {"order": 5, "level": "word"}
    corpus = model.about["corpus"]
    assert (corpus["tokens"], corpus["unknown"]) == (14, 0)
    assert not model.about["crosses_lines"]


def test_characters_and_line_ends_are_tokens(nlptool: Nlptool, tmp_path: Path) -> None:
    arguments = ("ngram-train", "--level", "char", "--order", "3", "-o", str(tmp_path / "model"))
    assert nlptool(*arguments, stdin="我 我\té\n").status == 0
    model = load(str(tmp_path / "model"), NGRAM_MODEL)
    assert set(model.vocabulary.words) == {"\n", "<unk>", "我", " ", "\t", "é"}
    assert model.order == 3
    assert model.about["crosses_lines"]


@pytest.mark.parametrize("level", ["word", "char"])
def test_text_jsonl_and_gzip_give_the_same_model(level: str, nlptool: Nlptool, tmp_path: Path) -> None:
    records = [{"text": line, "tokens": line.split()} for line in LINES.splitlines()]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "b.gz").write_bytes(gzip.compress(LINES.encode()))
    models = []
    for words, stdin in (((), LINES), ((str(tmp_path / "a.jsonl"),), ""), ((str(tmp_path / "b.gz"),), "")):
        arguments = ("--level", level, "-o", str(tmp_path / "model"), *words)
        assert nlptool("ngram-train", "-q", *arguments, stdin=stdin) == (0, "", "")
        models.append((tmp_path / "model").read_bytes())
    assert models == [models[0]] * 3


def test_jsonl_needs_the_field_of_its_level(nlptool: Nlptool, tmp_path: Path) -> None:
    for level, record, field in (("word", '{"text": "a b"}', "tokens"), ("char", '{"tokens": []}', "text")):
        arguments = ("--level", level, "--input-format", "jsonl", "-o", str(tmp_path / "model"))
        outcome = nlptool("ngram-train", *arguments, stdin=record + "\n")
        assert outcome.status == 1
        assert f"`{field}`" in outcome.stderr


@pytest.mark.parametrize("choice", [("--min-count", "2"), ("--max-vocab", "6")])
def test_rare_tokens_become_unknown(choice: tuple[str, str], nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("ngram-train", *choice, "-o", str(tmp_path / "model"), stdin=LINES).status == 0
    model = load(str(tmp_path / "model"), NGRAM_MODEL)
    assert list(model.vocabulary.words) == ["<eos>", "<unk>", "at", "out", "rode", "the"]
    corpus = model.about["corpus"]
    assert (corpus["tokens"], corpus["unknown"]) == (14, 4)


def test_the_notes_tell_counts_and_discounts(nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "model"
    outcome = nlptool("ngram-train", "-v", "--order", "2", "-o", str(path), stdin=LINES)
    assert outcome.stderr.splitlines() == [
        "nlptool: 14 tokens, of them 0 <unk>; 10 types with <unk>",
        "nlptool: order 1: 9 n-grams; discounts of counts 1, 2, 3 and more: 0.6364 0.6364 0.6364",
        "nlptool: order 2: 11 n-grams; discounts of counts 1, 2, 3 and more: 0.5714 0.5714 0.5714",
        f"nlptool: wrote {path}: 20 n-grams, {path.stat().st_size:,} bytes",
    ]


@pytest.mark.parametrize("command", ["ngram-train", "rnn-train"])
def test_no_vocabulary_is_too_small_to_learn_with(command: str, nlptool: Nlptool, tmp_path: Path) -> None:
    """The line end and <unk> are among them: with three, there would be one word."""
    outcome = nlptool(command, "--max-vocab", "3", "-o", str(tmp_path / "model"), stdin=LINES)
    assert outcome.status == 2
    assert "'--max-vocab': 3 is not in the range x>=4" in outcome.stderr


def test_the_output_is_required(nlptool: Nlptool) -> None:
    outcome = nlptool("ngram-train", stdin=LINES)
    assert outcome.status == 2
    assert "--output" in outcome.stderr


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", (), "only 0 distinct words; use more text"),
        ("a a\na\n", (), f"only 1 distinct word; use more text{UNSPACED}"),
        (
            "a b\n",
            ("--min-count", "3"),
            f"only 0 distinct words over --min-count 3; lower it or use more text{UNSPACED}",
        ),
        (
            "a b\na\n",
            ("--min-count", "2"),
            f"only 1 distinct word over --min-count 2; lower it or use more text{UNSPACED}",
        ),
        ("aa\n", ("--level", "char"), "only 1 distinct character; use more text"),
    ],
)
def test_a_text_with_nothing_to_learn_says_what_to_change(
    text: str, options: tuple[str, ...], message: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    outcome = nlptool("ngram-train", *options, "-o", str(tmp_path / "model"), stdin=text)
    assert (outcome.status, outcome.stderr) == (1, f"nlptool: {message}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("level", ["word", "char", "subword"])
def test_a_model_made_within_little_memory_is_the_same(level: str, nlptool: Nlptool, tmp_path: Path) -> None:
    models = []
    for choice in ((), ("--memory", "75M"), ("--memory", "1.5G")):
        path = tmp_path / "model"
        words = ("ngram-train", "-q", "--level", level, *choice, "-o", str(path))
        assert nlptool(*words, stdin=LINES * 9) == (0, "", "")
        models.append(path.read_bytes())
    assert models == [models[0]] * 3
    assert [found.name for found in tmp_path.iterdir()] == ["model"]


def test_arpa_is_the_same_within_little_memory(nlptool: Nlptool, tmp_path: Path) -> None:
    plain, stored = tmp_path / "plain.arpa", tmp_path / "stored.arpa"
    assert nlptool("ngram-train", "-q", "-o", str(plain), stdin=LINES).status == 0
    assert nlptool("ngram-train", "-q", "--memory", "75M", "-o", str(stored), stdin=LINES).status == 0
    assert stored.read_bytes() == plain.read_bytes()


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("9M", "--memory 9M is too little for any text; give at least 69M"),
        ("69.1M", "--memory 70M is too little for 2,006 distinct tokens; give at least 70M"),
        ("much", "Invalid value for '--memory': 'much' is no size; write 500M, or 1.5G"),
    ],
)
def test_too_little_memory_is_told_in_one_line(
    size: str, message: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    text = "".join(f"w{number} w{number + 1}\n" for number in range(2003))
    outcome = nlptool("ngram-train", "--memory", size, "-o", str(tmp_path / "model"), stdin=text)
    assert outcome.status == 2
    assert outcome.stderr == f"nlptool: ngram-train: {message}; try 'nlptool ngram-train --help'\n"
    assert list(tmp_path.iterdir()) == []


def test_training_stays_within_the_memory_it_is_given(tmp_path: Path) -> None:
    """The n-grams themselves are larger: plain counting takes more."""
    numbers = np.random.default_rng(3).integers(0, 1000, 350_000).tolist()
    lines = (" ".join(f"w{number}" for number in numbers[i : i + 10]) for i in range(0, len(numbers), 10))
    (tmp_path / "text").write_text("\n".join(lines) + "\n")
    models, peaks = [], []
    for choice in ((), ("--memory", "75M")):
        command = [*NLPTOOL, "ngram-train", "-q", "--order", "3", *choice, "-o", "model", "text"]
        with subprocess.Popen(command, cwd=tmp_path, env=environment()) as process:
            peaks.append(peak_memory(process))
        assert process.returncode == 0
        models.append((tmp_path / "model").read_bytes())
    assert models[0] == models[1]
    assert peaks[1] < 75_000_000 < peaks[0]


def test_a_model_can_go_into_a_pipe(nlptool: Nlptool, tmp_path: Path) -> None:
    nlptool("ngram-train", "-o", str(tmp_path / "model"), stdin=LINES)
    piped = shell('"$@" -o /dev/stdout | cat', "ngram-train", stdin=LINES.encode())
    assert piped.stdout == (tmp_path / "model").read_bytes()


def test_raw_text_is_told_to_need_a_tokenizer(nlptool: Nlptool, tmp_path: Path) -> None:
    raw = "The king rode out, and the queen stayed. He sang!\n" * 9
    told = nlptool("ngram-train", "-o", str(tmp_path / "model"), stdin=raw).stderr
    assert "of the words end in a punctuation mark, such as " in told
    assert "nlptool tokenize makes words of it" in told
    told = nlptool("ngram-train", "--level", "char", "-o", str(tmp_path / "m"), stdin=raw).stderr
    assert "warning" not in told
