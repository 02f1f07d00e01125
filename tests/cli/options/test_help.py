"""The help of every command: groups, metavars and limits in plain words, within a terminal's width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
import pytest

from cli.commands import COMMANDS
from cli.options.help import GROUPS, Option, write_options

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

ALL = pytest.mark.parametrize("name", COMMANDS)
TRAININGS = ["w2v-train", "rnn-train", "transformer-train", "ngram-train"]


def groups_of(shown: str) -> dict[str, list[str]]:
    """The long names of the options of each group."""
    parts = re.split(r"^(\w+):\n", shown, flags=re.MULTILINE)[1:]
    flags = re.compile(r"^  (?:-\w, )?-{1,2}([\w-]+)", re.MULTILINE)
    return {group: flags.findall(text) for group, text in zip(parts[::2], parts[1::2], strict=True)}


@ALL
def test_groups_come_in_one_order_and_what_all_commands_have_comes_last(name: str, nlptool: Nlptool) -> None:
    groups = groups_of(nlptool(name, "--help").stdout)
    assert [group for group in GROUPS if group in groups] == list(groups)
    assert groups["Logging"] == ["quiet", "verbose", "no-progress", "log-json"]
    assert groups["Help"][0] == "help"
    assert groups["Output"][0] == "output"


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_tells_data_model_and_training_apart(name: str, nlptool: Nlptool) -> None:
    groups = groups_of(nlptool(name, "--help").stdout)
    assert set(groups) - {"Training"} == {"Data", "Model", "Output", "Cluster", "Logging", "Help"}
    assert ("Training" in groups) == (name != "ngram-train")
    assert groups["Data"][-3:] == ["input-format", "encoding", "errors"]
    assert "min-count" in groups["Data"]


@ALL
def test_values_are_told_in_words(name: str, nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = nlptool(name, "--help").stdout
    options = shown[shown.index("\n\n", shown.rindex("nlptool ")) :]
    assert max(map(len, options.splitlines())) <= 80
    assert not re.search(r"RANGE|INTEGER|x[<>]|\bTrue\b|\[default:$|\xa0", options, re.MULTILINE)


def shown(option: Option) -> str:
    context = click.Context(click.Command("x"))
    formatter = click.HelpFormatter(width=60)
    write_options([option], context, formatter)
    return formatter.getvalue().partition("\n")[2].strip()


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"type": click.IntRange(1, 64), "default": 2}, "--of N  It.  [default: 2; 1 to 64]"),
        ({"type": click.IntRange(1)}, "--of N  It."),
        ({"type": click.IntRange(4)}, "--of N  It.  [at least 4]"),
        ({"type": click.IntRange(0, 2**64 - 1), "default": 1}, "--of N  It.  [default: 1]"),
        ({"type": click.FloatRange(0), "default": 5.0}, "--of FLOAT  It.  [default: 5; at least 0]"),
        (
            {"type": click.FloatRange(0, 1, min_open=True), "default": 1e-3},
            "--of FLOAT  It.  [default: 0.001; above 0, at most 1]",
        ),
        ({"type": float, "default": [1.0, 2.5], "multiple": True}, "--of FLOAT  It.  [default: 1, 2.5]"),
        ({"is_flag": True}, "--of  It."),
        ({"metavar": "FILE", "show_default": "none"}, "--of FILE  It.  [default: none]"),
        ({"type": click.Choice(["a", "b"]), "default": "a"}, "--of [a|b]  It.  [default: a]"),
    ],
)
def test_default_and_limits(attributes: dict[str, Any], told: str) -> None:
    assert shown(Option(["--of"], help="It.", **attributes)) == told


def test_brackets_are_not_broken() -> None:
    option = Option(["--of"], help="A sentence that fills the line up to its end.", default="where", type=str)
    assert shown(option).splitlines()[-1].strip() == "[default: where]"
