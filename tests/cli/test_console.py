"""What is said on stderr: one line, of bounded length, whatever it quotes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

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
        (Console(), ["warning: w", "t", "e"]),
        (Console(verbose=1), ["warning: w", "t", "n", "e"]),
        (Console(quiet=True, verbose=1), ["e"]),
    ],
)
def test_what_is_told_is_what_was_asked_for(
    console: Console, told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    tell_all(console)
    assert capfd.readouterr().err == "".join(f"nlptool: {line}\n" for line in told)
    assert Console().progress


@pytest.mark.parametrize(
    ("console", "told"),
    [
        (Console(log_json=True), ["warning", "of", "error"]),
        (Console(log_json=True, verbose=1), ["warning", "of", "note", "error"]),
        (Console(log_json=True, quiet=True), ["error"]),
    ],
)
def test_a_line_of_json_has_its_time_and_level(
    console: Console, told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    before = datetime.now(UTC)
    tell_all(console)
    records = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [list(record)[2:] for record in records] == [[name] for name in told]
    levels = {"warning": "warning", "error": "error"}
    assert [record["level"] for record in records] == [levels.get(name, "info") for name in told]
    for record in records:
        assert record["time"].endswith("Z")
        assert abs(datetime.fromisoformat(record["time"]) - before) < timedelta(minutes=1)


def tell_all(console: Console) -> None:
    console.warn("w")
    console.tell("t", {"of": 1})
    console.note("n")
    console.fail("e")


@pytest.mark.parametrize(
    ("words", "is_asked_for"),
    [(["a", "--log-json"], True), (["a"], False), (["a", "--", "--log-json"], False)],
)
def test_before_a_command_line_is_parsed_it_is_known_how_to_tell_that_it_is_wrong(
    words: list[str], is_asked_for: bool
) -> None:
    assert Console.for_words(words).log_json == is_asked_for


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
