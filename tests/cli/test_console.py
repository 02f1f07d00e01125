"""What is said on stderr: one line, of bounded length, whatever it quotes."""

from __future__ import annotations

import pytest

from cli.console import Console, say
from nlp.wording import Message


def test_a_message_is_one_line_with_the_name_of_the_program(capfd: pytest.CaptureFixture[str]) -> None:
    say("x.txt:1:2: what is wrong, and what to do")
    assert capfd.readouterr().err == "nlptool: x.txt:1:2: what is wrong, and what to do\n"


def test_a_name_that_is_not_utf8_shows_its_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    say("caf\udce9.txt: No such file")
    assert capfd.readouterr().err == "nlptool: caf\\xe9.txt: No such file\n"


@pytest.mark.parametrize(
    ("console", "told"),
    [
        (Console(), ["warning: w", "t"]),
        (Console(verbose=1), ["warning: w", "t", "n"]),
        (Console(quiet=True, verbose=1), []),
        (Console(log_json=True), ['{"warning": "w"}', '{"of": 1}']),
        (Console(log_json=True, verbose=1), ['{"warning": "w"}', '{"of": 1}', '{"note": "n"}']),
        (Console(log_json=True, quiet=True), []),
    ],
)
def test_what_is_told_is_what_was_asked_for(
    console: Console, told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    console.warn("w")
    console.tell("t", {"of": 1})
    console.note("n")
    found = [line.removeprefix("nlptool: ") for line in capfd.readouterr().err.splitlines()]
    assert found == told
    assert Console().progress


def test_a_message_that_quotes_megabytes_keeps_its_ends(capfd: pytest.CaptureFixture[str]) -> None:
    say(f"x.txt:1:1: '{'a' * 3_000_000}' is no word; write one")
    told = capfd.readouterr().err
    assert len(told) < 9000
    assert told.startswith("nlptool: x.txt:1:1: 'aaa")
    assert told.endswith("aaa' is no word; write one\n")


def test_settings_that_a_message_names_are_told_as_flags(capfd: pytest.CaptureFixture[str]) -> None:
    message = Message("{word} is rare; lower `min_count`", word="`lr`")
    Console().warn(message)
    assert capfd.readouterr().err == "nlptool: warning: `lr` is rare; lower --min-count\n"
    Console().warn("`min_count`")
    assert capfd.readouterr().err == "nlptool: warning: `min_count`\n"
