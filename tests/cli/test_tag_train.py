"""`nlptool tag-train` and `tokenize --han words`: words are learnt, and found in text without spaces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import answers
from tests.nlp.tagging import segmented

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TEXT = "".join("  ".join(words) + "\n" for words in segmented.sentences(60))
SMALL = ("--task", "segment", "--bits", "14", "--batch-size", "40", "--epochs", "3")


@pytest.fixture
def model(nlptool: Nlptool, tmp_path: Path) -> str:
    path = str(tmp_path / "words.model")
    assert nlptool("tag-train", *SMALL, "-q", "-o", path, stdin=TEXT).status == 0
    return path


def test_every_form_of_the_same_words_is_learnt_alike(nlptool: Nlptool, tmp_path: Path, model: str) -> None:
    sentences = [line.split() for line in TEXT.splitlines()]
    columns = "".join("".join(f"{word}\tX\n" for word in words) + "\n" for words in sentences)
    path = str(tmp_path / "again.model")
    assert nlptool("tag-train", *SMALL, "-q", "-o", path, stdin=TEXT.replace("  ", "\u3000")).status == 0
    again, first = (json.loads(nlptool("info", one).stdout) for one in (path, model))
    assert again["arrays"] == first["arrays"]
    assert nlptool("tag-train", *SMALL, "-q", "-o", path, stdin=columns).status == 0
    assert json.loads(nlptool("info", path).stdout)["arrays"] == first["arrays"]


def test_its_progress_and_its_figures_are_told(nlptool: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "valid").write_text(TEXT, encoding="utf-8")
    path = str(tmp_path / "m")
    outcome = nlptool(
        "tag-train", *SMALL, "--valid", str(tmp_path / "valid"), "--log-json", "-o", path, stdin=TEXT
    )
    last = json.loads(outcome.stderr.splitlines()[-1])
    assert last["done"]
    assert len(last["valid_losses"]) == 3
    assert 0 < last["valid_loss"] < 0.2
    assert json.loads(nlptool("info", path).stdout)["corpus"]["words"] == len(TEXT.split())
    assert "characters" in nlptool("tag-train", *SMALL, "-v", "-o", path, stdin=TEXT).stderr
    estimated = json.loads(nlptool("tag-train", *SMALL, "--dry-run", "--format", "jsonl", stdin=TEXT).stdout)
    assert estimated["words"] == len(TEXT.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我 爱 你\n", "no word has two characters: nothing to learn; write a sentence a line"),
        ("", "no word has two characters"),
        ('{"tokens": 3}\n', "<stdin>:1:1:"),
    ],
)
def test_text_that_teaches_nothing_is_told(text: str, message: str, nlptool: Nlptool) -> None:
    outcome = nlptool("tag-train", *SMALL, "-o", "/dev/null", stdin=text)
    assert outcome.status == 1
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_words_are_found_and_offsets_are_those_of_the_text(nlptool: Nlptool, model: str) -> None:
    han = ("tokenize", "--han", "words", "--model", model)
    text = "我爱 自然语言处理，see https://a.cn/x 北京don't天安门\n\nplain text\n"
    found = nlptool(*han, stdin=text).stdout
    assert found == ("我 爱 自然 语言 处理 ， see https://a.cn/x 北京 don't 天安门\n\nplain text\n")
    records = [
        json.loads(line) for line in nlptool(*han, "--format", "jsonl", stdin=text).stdout.splitlines()
    ]
    assert [" ".join(record["tokens"]) for record in records] == found.splitlines()
    for record in records:
        assert [record["text"][start:end] for start, end in record["spans"]] == record["tokens"]


def test_a_record_is_out_before_the_next_one_comes(model: str) -> None:
    lines = ["我爱北京\n".encode(), "自然语言\n".encode()]
    found = answers("tokenize", "--han", "words", "--model", model, lines=lines)
    assert [line.decode() for line in found] == ["我 爱 北京\n", "自然 语言\n"]


def test_text_without_han_needs_no_model(nlptool: Nlptool) -> None:
    han = ("tokenize", "--han", "words", "--model", "/nowhere")
    assert nlptool(*han, stdin="Don't panic: あ\n").stdout == "Don't panic : あ\n"
    missing = nlptool(*han, stdin="我\n")
    assert (missing.status, missing.stderr.count("/nowhere: No such file")) == (1, 1)


def test_a_line_without_an_end_is_cut_where_its_beginning_tells(nlptool: Nlptool, model: str) -> None:
    sentence = "".join(segmented.sentences(1, seed=7)[0])
    long = sentence * (1_500_000 // len(sentence.encode())) + "\n"
    han = ("tokenize", "--han", "words", "--model", model)
    found = nlptool(*han, stdin=long).stdout
    assert found.replace(" ", "") == long
    assert set(found.split()) <= set(segmented.VOCABULARY) | {"年，"}
    begun = nlptool(*han, stdin=long[:200_000] + "\n").stdout
    assert found.startswith(begun[:500_000].rsplit(" ", 1)[0][:200_000])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--han", "words", "--mode", "chars"), "--han words is of --mode words, not of --mode chars"),
        (("--model", "x"), "--model is of --han words"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], message: str, nlptool: Nlptool
) -> None:
    outcome = nlptool("tokenize", *arguments, stdin="x\n")
    assert outcome.status == 2
    assert message in outcome.stderr
