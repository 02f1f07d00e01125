"""`nlptool summarize`: which sentences are chosen, and how they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TEXT = "The king rode out.\nNobody knew why. The king\nrode to the fox. The fox slept.\n"
CHINESE = "国王骑马出城。没有人知道为什么。国王骑马去找狐狸。狐狸在睡觉。"


def test_a_file_is_a_text_and_a_line_a_sentence(nlptool: Nlptool, tmp_path: Path) -> None:
    assert nlptool("summarize", "--lead", "0", "-n", "1", stdin=TEXT) == (
        0,
        "The king rode to the fox.\n\n",
        "",
    )
    path = tmp_path / "text"
    path.write_text(TEXT)
    two = nlptool("summarize", "--lead", "0", "-n", "1", str(path), str(path)).stdout
    assert two == "The king rode to the fox.\n\n" * 2
    assert nlptool("summarize", stdin=CHINESE).stdout.count("\n") == 4
    assert nlptool("summarize", "--lead", "0", "-n", "1", stdin=CHINESE).stdout == "国王骑马去找狐狸。\n\n"


def test_lines_records_and_empty_ones_are_texts(nlptool: Nlptool) -> None:
    lines = nlptool(
        "summarize", "--unit", "line", "--lead", "0", "-n", "1", stdin=f"{CHINESE}\n\nA fox.\n"
    ).stdout
    assert lines == "国王骑马去找狐狸。\n\n\nA fox.\n\n"
    record = {"id": 7, "text": TEXT}
    found = json.loads(nlptool("summarize", "--format", "jsonl", stdin=json.dumps(record)).stdout)
    assert (found["id"], found["text"]) == (7, TEXT)
    assert [TEXT[one["start"] : one["end"]] for one in found["summary"]] == [
        one["text"] for one in found["summary"]
    ]
    assert len(found["summary"]) == 3
    assert nlptool("summarize", stdin="") == (0, "", "")


def test_a_share_of_the_sentences_is_chosen(nlptool: Nlptool) -> None:
    for ratio, lines in (("0.01", 1), ("0.5", 2), ("1", 4)):
        assert nlptool("summarize", "--ratio", ratio, stdin=TEXT).stdout.count("\n") == lines + 1
    both = nlptool("summarize", "--ratio", "0.5", "-n", "2", stdin=TEXT)
    assert (both.status, "leave out one of the two" in both.stderr) == (2, True)


def test_the_first_sentences_count_more_unless_told_otherwise(nlptool: Nlptool) -> None:
    scores = [
        [one["score"] for one in json.loads(nlptool("summarize", *words, stdin=TEXT).stdout)["summary"]]
        for words in (["--format", "jsonl"], ["--format", "jsonl", "--lead", "0"])
    ]
    assert scores[0][0] > scores[1][0]
    first = nlptool("summarize", "-n", "2", "--lead", "10", stdin=CHINESE).stdout
    assert first.startswith("国王骑马出城。\n")


def test_vectors_tell_what_is_alike_too(nlptool: Nlptool) -> None:
    found = nlptool("summarize", "--lead", "0", "-n", "1", "--method", "vectors", stdin=TEXT)
    assert found.status == 0
    assert found.stdout in {"The king rode to the fox.\n\n", "The king rode out.\n\n"}
    refused = nlptool("summarize", "-m", "en-vectors", stdin=TEXT)
    assert (refused.status, "--model is of --method vectors" in refused.stderr) == (2, True)
