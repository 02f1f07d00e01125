"""A name that is none: what the user may have meant, by the names of other tools too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli
from cli.options.suggestions import _OF_OTHER_TOOLS, option_meant

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

OPTIONS: dict[str, tuple[str, str | None]] = {
    "w2v-train --vector-size 50": ("--vector-size", "--dim"),
    "w2v-train --size=50": ("--size", "--dim"),
    "w2v-train --min_count 2": ("--min_count", "--min-count"),
    "w2v-train --minCount 2": ("--minCount", "--min-count"),
    "w2v-train --sg 1": ("--sg", "--arch"),
    "w2v-train --learning_rate 0.1": ("--learning_rate", "--lr"),
    "w2v-train -q -iter 5": ("-iter", "--epochs"),
    "w2v-train -size=50": ("-size", "--dim"),
    "w2v-train -window 5": ("-window", "--window"),
    "rnn-train --threads 2": ("--threads", "--workers"),
    "similar --topn 3 king": ("--topn", "-k"),
    "tokenize --vector-size 50": ("--vector-size", "--verbose"),
    "tokenize -Z": ("-Z", None),
    "tokenize -qZ": ("-Z", None),
}

COMMAND_LINES: dict[str, tuple[str, str | None]] = {
    "tok": ("tok", "'tokenize'"),
    "w2v": ("w2v", "'w2v-train' or 'w2v-eval'"),
    "tokenise": ("tokenise", "'tokenize'"),
    "help": ("help", None),
    "help vocab": ("help", "'nlptool vocab --help'"),
    "help vocabulary": ("help", None),
    "xyz": ("xyz", None),
}


def options_of(command: str) -> set[str]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    return {name for option in found.params for name in option.opts}


@pytest.mark.parametrize("line", OPTIONS)
def test_the_option_that_was_meant(line: str, nlptool: Nlptool) -> None:
    name, meant = OPTIONS[line]
    command = line.split(maxsplit=1)[0]
    hint = f". Did you mean '{meant}'?" if meant else ""
    told = f"nlptool: {command}: No such option '{name}'{hint}; try 'nlptool {command} --help'\n"
    assert nlptool(*line.split()) == (2, "", told)


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_the_command_that_was_meant_is_told_and_not_run(line: str, nlptool: Nlptool) -> None:
    name, meant = COMMAND_LINES[line]
    hint = f". Did you mean {meant}?" if meant else ""
    told = f"nlptool: No such command '{name}'{hint}; try 'nlptool --help'\n"
    assert nlptool(*line.split()) == (2, "", told)


def test_no_name_at_all_is_no_beginning(nlptool: Nlptool) -> None:
    assert nlptool("").stderr == "nlptool: No such command ''; try 'nlptool --help'\n"


@pytest.mark.parametrize("name", _OF_OTHER_TOOLS)
def test_every_name_of_another_tool_leads_to_an_option_and_is_none(name: str) -> None:
    options = {command: options_of(command) for command in COMMANDS}
    of_commands = [known for known in options.values() if _OF_OTHER_TOOLS[name] in known]
    assert of_commands
    assert all(f"--{name}" not in known for known in of_commands)


def test_an_option_of_other_commands_is_not_suggested() -> None:
    assert option_meant("--vector-size", ["--vector-size"], {"--lower"}) is None
