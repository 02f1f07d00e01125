"""`nlptool lecture`: the list of topics, and their pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.commands.lecture import _TOPICS
from nlp.lecture import TOPICS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


def test_the_command_knows_every_topic() -> None:
    assert tuple(TOPICS) == _TOPICS


def test_without_a_topic_all_are_listed(nlptool: Nlptool) -> None:
    outcome = nlptool("lecture", "--lang", "en")
    rows = [line.split("\t") for line in outcome.stdout.splitlines()]
    assert rows == [[name, topic.title.en] for name, topic in TOPICS.items()]


@pytest.mark.parametrize(
    ("variable", "value", "title"),
    [
        ("LANG", "zh_CN.UTF-8", "CBOW：由周围的词预测中间的词"),
        ("LC_ALL", "en_GB.UTF-8", "CBOW: a word from the words around it"),
        ("LANG", "", "CBOW: a word from the words around it"),
    ],
)
def test_the_language_is_that_of_the_locale(
    nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, title: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("LANG", "zh_TW.UTF-8")
    monkeypatch.setenv(variable, value)
    assert nlptool("lecture", "cbow").stdout.splitlines()[0] == title


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_page_is_printed(nlptool: Nlptool, topic: str, lang: str) -> None:
    outcome = nlptool("lecture", topic, "--lang", lang)
    assert (outcome.status, outcome.stderr) == (0, "")
    title = getattr(TOPICS[topic].title, lang)
    assert outcome.stdout.startswith(f"{title}\n")
    assert "\n1. " in outcome.stdout
    assert "nlp/" in outcome.stdout


def test_a_page_as_jsonl_has_a_record_a_step(nlptool: Nlptool) -> None:
    lines = nlptool("lecture", "cbow", "--format", "jsonl").stdout.splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["step"] for record in records] == list(range(1, 8))
    assert records[1]["values"] == {"h": [1.0, 1.75, 0.25]}
    assert records[1]["shapes"] == {"h": [3]}
    assert records[1]["code"].startswith("nlp/word2vec/predictors.py:")


def test_numbers_of_a_file(nlptool: Nlptool, tmp_path: Path) -> None:
    path = tmp_path / "numbers.jsonl"
    path.write_text('{"g": [6, 8]}\n\n{"clip": 5}\n', encoding="utf-8")
    records = nlptool("lecture", "vanishing", "--numbers", str(path), "--format", "jsonl").stdout.splitlines()
    assert json.loads(records[4])["values"] == {
        "g": [6.0, 8.0],
        "‖g‖": 10.0,
        "clip": 5.0,
        "clipped": [3.0, 4.0],
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[1]", "1:1: expected a JSON object, found an array"),
        ('{"g": [1, 2]}\n{"clip": }', "2:10: not a JSON record"),
        ('{"clip": "no"}', " clip has to be numbers, not 'no'"),
    ],
)
def test_numbers_that_are_none_are_refused_with_their_place(
    nlptool: Nlptool, tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "numbers.jsonl"
    path.write_text(content, encoding="utf-8")
    outcome = nlptool("lecture", "vanishing", "--numbers", str(path))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith(f"nlptool: {path}:{told}")


def test_numbers_and_seed_need_a_topic(nlptool: Nlptool) -> None:
    outcome = nlptool("lecture", "--seed", "1")
    assert outcome.status == 2
    assert "--numbers and --seed are for a TOPIC" in outcome.stderr


def test_an_unknown_topic_is_wrong_usage(nlptool: Nlptool) -> None:
    assert nlptool("lecture", "transformer").status == 2
