"""A name that is none: what the user may have meant, by the names of other tools too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli
from cli.options.suggestions import (
    _COMMANDS_OF_OTHER_TOOLS,
    _OPTIONS_OF_OTHER_TOOLS,
    _SWITCHES_OF_OTHER_TOOLS,
    _TASKS_OF_OTHER_TOOLS,
    FILES,
    option_meant,
)

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

OPTIONS: dict[str, tuple[str, str | None]] = {
    "w2v-train --vector-size 50": ("--vector-size", "--dim"),
    "w2v-train --size=50": ("--size", "--dim"),
    "w2v-train --min_count 2": ("--min_count", "--min-count"),
    "w2v-train --minCount 2": ("--minCount", "--min-count"),
    "w2v-train --sg 1": ("--sg", "--arch skipgram"),
    "w2v-train --sg=0": ("--sg", "--arch cbow"),
    "w2v-train -cbow 0": ("-cbow", "--arch skipgram"),
    "w2v-train --hs 1": ("--hs", "--loss hs"),
    "w2v-train -q -hs 0": ("-hs", "--loss ns"),
    "w2v-train -t 1e-4": ("-t", "--subsample"),
    "w2v-train -minCount 5": ("-minCount", "--min-count"),
    "w2v-train -dim 50": ("-dim", "--dim"),
    "w2v-train -ws 5": ("-ws", "--window"),
    "w2v-train -output m t.txt": ("-output", "--output"),
    "w2v-train -pretrainedVectors v": ("-pretrainedVectors", "--vectors"),
    "rnn-train -rnn_size 64": ("-rnn_size", "--hidden"),
    "rnn-train --nlayers 2": ("--nlayers", "--layers"),
    "similar -model m king": ("-model", "--model"),
    "similar --negative man king": ("--negative", "--minus"),
    "w2v-train --negative 5": ("--negative", "--negatives"),
    "generate -primetext a": ("-primetext", "--prompt"),
    "generate --max_new_tokens 5": ("--max_new_tokens", "--length"),
    "w2v-train --learning_rate 0.1": ("--learning_rate", "--lr"),
    "w2v-train -q -iter 5": ("-iter", "--epochs"),
    "w2v-train -size=50": ("-size", "--dim"),
    "w2v-train -window 5": ("-window", "--window"),
    "rnn-train --threads 2": ("--threads", "--workers"),
    "similar --topn 3 king": ("--topn", "-k"),
    "similar --k 3 king": ("--k", "-k"),
    "tokenize --vector-size 50": ("--vector-size", "--verbose"),
    "tokenize -Z": ("-Z", None),
    "tokenize -qZ": ("-Z", None),
}

COMMAND_LINES: dict[str, tuple[str, str | None]] = {
    "tok": ("tok", "'tokenize'"),
    "w2v": ("w2v", "'w2v-train' or 'w2v-eval'"),
    "tokenise": ("tokenise", "'tokenize'"),
    "help tokenise": ("tokenise", "'tokenize'"),
    "Vocab": ("Vocab", "'vocab'"),
    "skipgram -input a -output b": ("skipgram", "'w2v-train --arch skipgram'"),
    "cbow": ("cbow", "'w2v-train --arch cbow'"),
    "nn m.bin 5": ("nn", "'similar'"),
    "most_similar": ("most_similar", "'similar'"),
    "analogies m.bin": ("analogies", "'analogy'"),
    "word2phrase": ("word2phrase", "'w2v-train --phrases'"),
    "lmplz -o 5": ("lmplz", "'ngram-train'"),
    "train": ("train", "'w2v-train' or 'rnn-train' or 'transformer-train' or 'ngram-train'"),
    "version": ("version", "'--version'"),
    "xyz": ("xyz", None),
}


def options_of(command: str) -> set[str]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    return {name for option in found.params for name in (*option.opts, option.metavar) if name}


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


@pytest.mark.parametrize("name", [*_OPTIONS_OF_OTHER_TOOLS, *_SWITCHES_OF_OTHER_TOOLS])
def test_every_name_of_another_tool_leads_to_an_option_and_is_none(name: str) -> None:
    meant = _OPTIONS_OF_OTHER_TOOLS.get(name) or _SWITCHES_OF_OTHER_TOOLS[name]
    options = {command: options_of(command) for command in COMMANDS}
    for one in meant:
        of_commands = [known for known in options.values() if {one.split()[0], one} & known]
        assert of_commands
        assert one == FILES or all(f"--{name}" not in known for known in of_commands)


@pytest.mark.parametrize("command", ["w2v-train", "tokenize"])
@pytest.mark.parametrize("option", ["-input", "--corpus_file=t", "-train"])
def test_who_names_the_text_by_an_option_is_told_how_files_are_named(
    command: str, option: str, nlptool: Nlptool
) -> None:
    status, stdout, stderr = nlptool(command, option, "t.txt")
    assert (status, stdout) == (2, "")
    name = option.partition("=")[0]
    assert f"No such option '{name}'. Files are named without an option; try" in stderr


def test_a_short_option_with_its_value_is_no_long_name(nlptool: Nlptool) -> None:
    result = nlptool("similar", "-k1", "king", "--plus", "-model", "--", "-output")
    assert result.status == 1
    assert "'-output' has no vector" in result.stderr


@pytest.mark.parametrize("name", _COMMANDS_OF_OTHER_TOOLS)
def test_every_command_of_another_tool_leads_to_a_command_and_is_none(name: str, nlptool: Nlptool) -> None:
    meant = [one.split() for one in _COMMANDS_OF_OTHER_TOOLS[name]]
    assert name not in COMMANDS
    assert any(command in {*COMMANDS, "--version"} for command, *_ in meant)
    for command, *options in meant:
        assert command not in COMMANDS or {one for one in options if one[0] == "-"} <= options_of(command)


@pytest.mark.parametrize("name", _TASKS_OF_OTHER_TOOLS)
def test_a_task_that_is_not_done_here_is_told(name: str, nlptool: Nlptool) -> None:
    told = f"nlptool: No such command '{name}'. {_TASKS_OF_OTHER_TOOLS[name]}; try 'nlptool --help'\n"
    assert nlptool(name, "-input", "a") == (2, "", told)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("generate -m m the", "--prompt gives the text to continue"),
        ("export a b", "-o names the one to write"),
        ("w2v-eval questions.txt", "--analogies or --similarity names the file"),
    ],
)
def test_an_argument_too_many_is_told_with_the_option_that_takes_it(
    line: str, hint: str, nlptool: Nlptool
) -> None:
    status, stdout, stderr = nlptool(*line.split())
    assert (status, stdout) == (2, "")
    assert f"unexpected argument {line.rsplit(maxsplit=1)[-1]!r}; " in stderr
    assert hint in stderr


def test_an_option_of_other_commands_is_not_suggested() -> None:
    assert option_meant("--vector-size", ["--vector-size"], {"--lower"}) is None


def test_an_option_before_its_command_is_told_its_place(nlptool: Nlptool) -> None:
    result = nlptool("-q", "tokenize", stdin="a\n")
    told = "No such option '-q'. Options stand behind the command: nlptool tokenize -q; try 'nlptool --help'"
    assert result == (2, "", f"nlptool: {told}\n")
    assert nlptool("-q").stderr == "nlptool: No such option '-q'; try 'nlptool --help'\n"
