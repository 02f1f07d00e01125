"""Options that every command has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool


@pytest.mark.parametrize("option", ["--input-format", "--format", "--errors"])
def test_a_choice_that_is_none_is_usage(option: str, nlptool: Nlptool) -> None:
    status, stdout, stderr = nlptool("tokenize", option, "none-such", stdin="a\n")
    assert (status, stdout) == (2, "")
    assert f"'{option}'" in stderr
    assert "is not one of" in stderr


def real_numbers() -> list[tuple[str, str]]:
    """Each option of each command that takes a real number."""
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    return [
        (name, parameter.opts[-1])
        for name, command in commands.items()
        for parameter in (command.params if command else [])
        if isinstance(parameter.type, click.types.FloatParamType)
    ]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(("name", "option"), real_numbers())
def test_a_number_that_is_not_finite_is_usage(name: str, option: str, number: str, nlptool: Nlptool) -> None:
    status, stdout, stderr = nlptool(name, f"{option}={number}", "-o", "none", stdin="a b\n")
    assert (status, stdout) == (2, "")
    assert f"Invalid value for '{option}'" in stderr


@pytest.mark.parametrize("name", ["w2v-train", "rnn-train", "ngram-train"])
def test_help_of_a_training_command_tells_that_its_output_is_a_model(name: str, nlptool: Nlptool) -> None:
    shown = " ".join(nlptool(name, "--help").stdout.split())
    assert "Write the model to FILE, whole or not at all. [required]" in shown
    assert "--format [text|jsonl] Format of what --dry-run tells; a model is binary." in shown
    assert "default: stdout" not in shown


def test_help_speaks_of_an_input_only_where_there_is_one(nlptool: Nlptool) -> None:
    for name, is_read in (("corpus", False), ("gradients", False), ("vocab", True), ("similar", True)):
        assert ("Format of the input." in nlptool(name, "--help").stdout) == is_read
