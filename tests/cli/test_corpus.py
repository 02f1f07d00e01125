"""`nlptool corpus`: the list of the bundled texts, and the texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from corpora import TEXTS, path_of, read_text, select

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


def test_the_list_has_a_line_for_each_text(nlptool: Nlptool) -> None:
    outcome = nlptool("corpus")
    rows = [line.split("\t") for line in outcome.stdout.splitlines()]
    assert (outcome.status, outcome.stderr) == (0, "")
    assert rows == [[name, str(path_of(name).stat().st_size), about] for name, about in TEXTS.items()]


def test_the_list_as_jsonl(nlptool: Nlptool) -> None:
    records = [json.loads(line) for line in nlptool("corpus", "--format", "jsonl").stdout.splitlines()]
    assert [record["name"] for record in records] == list(TEXTS)
    assert all(set(record) == {"name", "bytes", "description"} for record in records)
    assert all(record["bytes"] == len(read_text(record["name"]).encode()) for record in records)


def test_texts_come_in_the_order_asked(nlptool: Nlptool) -> None:
    outcome = nlptool("corpus", "lecture/cbow", "chinese", "lecture/onehot")
    names = ["lecture/cbow", *select("chinese"), "lecture/onehot"]
    assert outcome == (0, "".join(map(read_text, names)), "")


def test_a_text_as_jsonl_has_a_record_a_paragraph(nlptool: Nlptool) -> None:
    outcome = nlptool("corpus", "--format", "jsonl", "english/letters")
    records = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert [record["text"] for record in records] == read_text("english/letters").splitlines()
    assert {record["source"] for record in records} == {"english/letters"}


def test_notes_tell_how_many(nlptool: Nlptool) -> None:
    notes = [nlptool("corpus", "-v", *names).stderr for names in ([], ["chinese"], ["lecture/cbow"])]
    assert notes == [f"nlptool: {len(TEXTS)} texts\n", "nlptool: 4 texts\n", "nlptool: 1 text\n"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("englsh", "did you mean 'english'?"),
        ("fables", "did you mean 'english/fables'?"),
        ("english/court.txt", "did you mean 'english/court'?"),
        ("xyz", "the folders are chinese, english, lecture"),
        ("", "the folders are chinese, english, lecture"),
    ],
)
def test_an_unknown_text_is_told_before_any_is_printed(name: str, hint: str, nlptool: Nlptool) -> None:
    outcome = nlptool("corpus", "lecture/cbow", name)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"no bundled text is called {name!r}; {hint}" in outcome.stderr


def test_an_unknown_text_leaves_the_output_alone(tmp_path: Path, nlptool: Nlptool) -> None:
    kept = tmp_path / "kept"
    kept.write_text("before")
    assert nlptool("corpus", "-o", str(kept), "nothing").status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text() == "before"
