"""`nlptool dedupe`: what is left out, what is kept, and what is told of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cli.running import answers

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.inside import Nlptool

LINES = [
    "The king rode out at dawn, and nobody saw him again.",
    "the  KING rode out at dawn, and nobody saw him again.",
    "The king rode out at dawn, and nobody ever saw him again.",
    "The queen stayed.",
    "我爱北京天安门，天安门上太阳升。",
    "我爱北京天安门，天安门上太阳升！",
    "",
    " ",
]
TEXT = "".join(f"{line}\n" for line in LINES)


def test_the_first_of_each_group_stays_in_its_place(nlptool: Nlptool) -> None:
    assert nlptool("dedupe", stdin=TEXT).stdout.splitlines() == [LINES[0], *LINES[3:5], ""]
    equal = nlptool("dedupe", "--threshold", "1", stdin=TEXT)
    assert equal.stdout.splitlines() == [LINES[0], *LINES[2:7]]
    assert equal.stderr == ""


def test_groups_tell_of_every_line(nlptool: Nlptool) -> None:
    rows = nlptool("dedupe", "--groups", stdin=TEXT).stdout.splitlines()
    assert [row.split("\t") for row in rows] == [
        [str(group), line] for group, line in zip([1, 1, 1, 4, 5, 5, 7, 7], LINES, strict=True)
    ]
    records = [json.dumps({"text": line, "id": number}) for number, line in enumerate(LINES)]
    told = nlptool("dedupe", "--groups", "--format", "jsonl", "--threshold", "0.7", stdin="\n".join(records))
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert [record["id"] for record in found] == list(range(8))
    assert found[1]["similarity"] == 1 > found[2]["similarity"] > 0.7


def test_records_keep_their_fields_and_columns_are_read(nlptool: Nlptool, tmp_path: Path) -> None:
    records = '{"title":"A b","text":"x"}\n{"title":"a  B","text":"y"}\n'
    kept = nlptool("dedupe", "--field", "title", "--format", "jsonl", stdin=records).stdout
    assert json.loads(kept) == {"title": "A b", "text": "A b"}
    table = tmp_path / "a.csv"
    table.write_text("id,text\n1,A b\n2,a b\n")
    assert nlptool("dedupe", str(table)).stdout == "A b\n"
    assert nlptool("dedupe", "--groups", "--format", "tsv", str(table)).stdout == "1\tA b\n1\ta b\n"
    assert json.loads(nlptool("dedupe", "--format", "jsonl", str(table)).stdout) == {"id": "1", "text": "A b"}


def test_several_files_are_one_stream(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert nlptool("dedupe", "a", "b") == nlptool("dedupe", stdin=TEXT)
    assert "16 lines, 4 of them different" in nlptool("dedupe", "-v", "a", "b").stderr


def test_a_line_is_answered_as_it_comes() -> None:
    found = answers("dedupe", "--groups", lines=[b"one line of some words\n", b"One line of some words\n"])
    assert found == [b"1\tone line of some words\n", b"1\tOne line of some words\n"]


def test_shingles_of_equal_lines_are_idle(nlptool: Nlptool) -> None:
    warned = nlptool("dedupe", "--threshold", "1", "--shingle", "3", stdin=TEXT).stderr
    assert warned == "nlptool: warning: --shingle changes nothing with --threshold 1\n"
    refused = nlptool("dedupe", "--threshold", "0")
    assert refused.status == 2
    assert "'--threshold'" in refused.stderr
