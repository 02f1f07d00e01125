"""The heat map of a trace: which tokens and units it has, and what is no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


TWO_LINES = "\n".join(
    json.dumps(
        {"pieces": pieces, "trace": [{"layer": 1, "h": low, "f": low}, {"layer": 2, "h": high, "f": low}]}
    )
    for pieces, low, high in (
        (["the", "国王"], [[0.0, 0.0], [0.0, 0.0]], [[1.0, -1.0], [0.5, -0.5]]),
        (["\n"], [[0.2, 0.3]], [[0.0, 0.26]]),
    )
)


def drawn(nlptool: Nlptool, content: str, *arguments: str) -> str:
    outcome = nlptool("plot", "--trace", "-", *arguments, stdin=content)
    assert (outcome.status, outcome.stderr) == (0, "")
    return outcome.stdout


def test_a_line_a_token_and_a_shade_a_unit(nlptool: Nlptool) -> None:
    assert drawn(nlptool, TWO_LINES) == "the   █◉\n国王  ▒•\n\\n     ░\n░▒▓█ to 1, ·•●◉ to -1\n"


def test_the_layer_and_the_gate_may_be_chosen(nlptool: Nlptool) -> None:
    expected = "the\n国王\n\\n    ░░\n░▒▓█ to 1, ·•●◉ to -1\n"
    assert drawn(nlptool, TWO_LINES, "--layer", "1") == expected
    assert drawn(nlptool, TWO_LINES, "--layer", "1", "--gate", "f") == expected


def test_of_many_tokens_and_units_some_are_drawn(nlptool: Nlptool) -> None:
    rows = [[float(unit % 2 and token) / 100 for unit in range(140)] for token in range(100)]
    content = json.dumps({"pieces": ["a"] * 100, "trace": [{"layer": 1, "h": rows}]})
    outcome = nlptool("plot", "--trace", "-", stdin=content)
    assert outcome.status == 0
    lines = outcome.stdout.splitlines()
    assert len(lines) == 81
    assert lines[79].removeprefix("a  ") == "▓" * 64  # the units that vary
    assert "of 100 tokens the first 80 are drawn" in outcome.stderr
    assert "of 140 units the 64 that vary most are drawn" in outcome.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "there is no trace to draw"),
        ('{"text": "a"}', "<stdin>:1: no trace; records of score --trace have `pieces` and `trace`"),
        ('{"pieces": ["a"], "trace": [{"layer": 1, "h": [["x"]]}]}', "<stdin>:1: no trace; "),
        ('{"pieces": ["a"], "trace": [{"layer": "1"}]}', "<stdin>:1: no trace; "),
        ('{"pieces": ["a"], "trace": [{"layer": 1, "h": 1}]}', "<stdin>:1: no trace; "),
        (
            '{"pieces": ["a", "b"], "trace": [{"layer": 1, "h": [[1]]}]}',
            "<stdin>:1: pieces and rows do not fit",
        ),
        (
            f'{TWO_LINES}\n{{"pieces": ["a"], "trace": [{{"layer": 2, "h": [[1]]}}]}}',
            "<stdin>:3: pieces and rows",
        ),
    ],
)
def test_what_is_no_trace_is_refused_with_its_place(nlptool: Nlptool, content: str, told: str) -> None:
    outcome = nlptool("plot", "--trace", "-", stdin=content)
    assert outcome.status == 1
    assert told in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--layer", "3"], "<stdin>:1: no layer 3; it has 2"),
        (["--gate", "z"], "<stdin>:1: no 'z' in this trace; it has h, f"),
    ],
)
def test_a_layer_or_gate_that_is_not_there(nlptool: Nlptool, arguments: list[str], told: str) -> None:
    outcome = nlptool("plot", "--trace", "-", *arguments, stdin=TWO_LINES)
    assert outcome.status == 1
    assert told in outcome.stderr


@pytest.mark.parametrize(("name", "start"), [("x.svg", b"<svg "), ("x.html", b"<!doctype html>")])
def test_the_ending_decides(nlptool: Nlptool, tmp_path: Path, name: str, start: bytes) -> None:
    assert drawn(nlptool, TWO_LINES, "-o", str(tmp_path / name)) == ""
    written = (tmp_path / name).read_bytes()
    assert written.startswith(start)
    assert "h of layer 2: units by tokens" in written.decode()


def test_a_trace_is_drawn_alone(nlptool: Nlptool) -> None:
    outcome = nlptool("plot", "--trace", "-", "king", stdin=TWO_LINES)
    assert outcome.status == 2
    assert "--trace draws a trace alone" in outcome.stderr
    assert (
        "--near changes nothing with --trace"
        in nlptool("plot", "--trace", "-", "--near", stdin=TWO_LINES).stderr
    )
