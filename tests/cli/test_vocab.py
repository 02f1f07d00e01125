"""`nlptool vocab`: distinct tokens by falling count, then in code point order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nlp.text import counting

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

TEXT = "b a  B\tb\n\né 我 b a\u3000é\n"

OPTIONS: dict[str, tuple[list[str], str]] = {
    "all": ([], "b\t3\na\t2\né\t2\nB\t1\n我\t1\n"),
    "min-count": (["--min-count", "2"], "b\t3\na\t2\né\t2\n"),
    "max-size cuts ties by token": (["--max-size", "2"], "b\t3\na\t2\n"),
    "both": (["--min-count", "3", "--max-size", "2"], "b\t3\n"),
    "none left": (["--min-count", "9"], ""),
    "jsonl": (
        ["--format", "jsonl", "--input-format", "text", "--max-size", "1"],
        '{"token":"b","count":3}\n',
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_counts(name: str, nlptool: Nlptool) -> None:
    options, expected = OPTIONS[name]
    assert nlptool("vocab", *options, stdin=TEXT) == (0, expected, "")


def test_jsonl_tokens_are_counted_as_they_are(nlptool: Nlptool) -> None:
    result = nlptool(
        "vocab", "--input-format", "jsonl", stdin='{"tokens":["New York","a"]}\n{"tokens":["a"]}\n'
    )
    assert result.stdout == "a\t2\nNew York\t1\n"


def test_a_cut_line_is_counted_whole(nlptool: Nlptool) -> None:
    assert nlptool("vocab", stdin="foo bar " * 300_000).stdout == "bar\t300000\nfoo\t300000\n"


@pytest.mark.parametrize("option", ["--min-count", "--max-size"])
def test_a_bound_below_one_is_usage(option: str, nlptool: Nlptool) -> None:
    assert nlptool("vocab", option, "0").status == 2


def test_a_note_tells_how_much_was_counted(nlptool: Nlptool) -> None:
    for stdin, options in ((TEXT, []), ('{"tokens":["b","a"]}\n', ["--input-format", "jsonl"])):
        result = nlptool("vocab", "-v", "--max-size", "1", *options, stdin=stdin)
        tokens, types = (9, 5) if stdin == TEXT else (2, 2)
        assert result.stderr == f"nlptool: {tokens} tokens of {types} types; 1 written\n"


def test_forgetting_is_told(nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MIN_CAPACITY", 2)
    monkeypatch.setattr(counting, "CAPACITY_FACTOR", 2)
    result = nlptool("vocab", "--max-size", "1", stdin="a a a b c d")
    assert result.stdout == "a\t3\n"
    assert "warning: tokens seen once at some point were forgotten" in result.stderr
    assert nlptool("vocab", "--max-size", "1", stdin="a a b").stderr == ""


@pytest.mark.parametrize("token", ["", "a\nb"])
def test_a_token_that_does_not_fit_a_line_is_refused_in_text_alone(token: str, nlptool: Nlptool) -> None:
    record = json.dumps({"tokens": ["x", token]}) + "\n"
    status, stdout, stderr = nlptool("vocab", "--input-format", "jsonl", stdin=record)
    assert status == 1
    assert stdout in {"", "x\t1\n"}
    assert stderr == f"nlptool: the token {token!r} does not fit a line of text; write --format jsonl\n"
    lines = nlptool("vocab", "--format", "jsonl", stdin=record).stdout.splitlines()
    assert {json.loads(line)["token"] for line in lines} == {"x", token}
