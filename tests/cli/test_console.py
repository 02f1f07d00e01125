"""What is said on stderr: one line, of bounded length, whatever it quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.console import say

if TYPE_CHECKING:
    import pytest


def test_a_message_is_one_line_with_the_name_of_the_program(capfd: pytest.CaptureFixture[str]) -> None:
    say("x.txt:1:2: what is wrong, and what to do")
    assert capfd.readouterr().err == "nlptool: x.txt:1:2: what is wrong, and what to do\n"


def test_a_message_that_quotes_megabytes_keeps_its_ends(capfd: pytest.CaptureFixture[str]) -> None:
    say(f"x.txt:1:1: '{'a' * 3_000_000}' is no word; write one")
    told = capfd.readouterr().err
    assert len(told) < 9000
    assert told.startswith("nlptool: x.txt:1:1: 'aaa")
    assert told.endswith("aaa' is no word; write one\n")
