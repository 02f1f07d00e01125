"""Options that every command has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("name", ["w2v-train", "rnn-train", "transformer-train", "ngram-train"])
def test_help_of_a_training_command_tells_that_its_output_is_a_model(name: str, nlptool: Nlptool) -> None:
    shown = " ".join(nlptool(name, "--help").stdout.split())
    assert "Write the model to FILE, whole or not at all. [required]" in shown
    told = {"ngram-train": "With jsonl, input that begins with { is JSONL"}
    of_format = told.get(name, "Format of what --dry-run tells")
    assert f"--format [text|jsonl] {of_format}; a model is binary." in shown
    assert "default: stdout" not in shown


def test_help_speaks_of_an_input_only_where_there_is_one(nlptool: Nlptool) -> None:
    for name, is_read in (("corpus", False), ("gradients", False), ("vocab", True), ("similar", True)):
        assert ("Format of the input." in nlptool(name, "--help").stdout) == is_read


@pytest.mark.parametrize(
    ("line", "warning"),
    [
        ("plot --seed 3 king queen man", "--seed changes nothing with --method pca"),
        ("plot --near --words 9", "--near changes nothing without WORDs"),
        ("plot --words 9 king queen man", "--words changes nothing beside WORDs, unless --near is given too"),
        ("plot --losses --method tsne {model}", "--method changes nothing with --losses"),
        ("gradients --lags 2 --activation relu", "--activation changes nothing without --cell rnn"),
        ("gradients --lags 2 --cell lstm --gru-reset after", "--gru-reset changes nothing with --cell lstm"),
        ("w2v-eval --similarity {pairs} --method mul", "--method changes nothing without --analogies"),
        (
            "generate -m {counted} -n 1 --temperature 0 --seed 1",
            "--seed changes nothing with --temperature 0",
        ),
        (
            "generate -m {counted} -n 1 --temperature 0 --top-k 5",
            "--top-k changes nothing with --temperature 0",
        ),
        ("generate -m {counted} -n 1 --beam 2 --seed 1", "--seed changes nothing with --beam"),
        ("fill -m {counted} --exact --max-gap 2", "--max-gap changes nothing with --exact"),
        ("gradients --lags 2 --plot --format jsonl", "--format changes nothing with a picture"),
        ("info --limit 2 {model}", "--limit changes nothing with {model}, a model of nlptool"),
        ("vectors --format jsonl -o {npy} king", "--format changes nothing with -o X.npy"),
        (
            "generate -m {counted} -n 1 --temperature 0 --count 3",
            "--temperature 0 makes the same text 3 times",
        ),
        ("onehot --sparse -o {npz}", "--sparse changes nothing with -o X.npz"),
    ],
)
def test_an_option_that_changes_nothing_is_told_by_name(
    line: str, warning: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    files = {name: tmp_path / name for name in ("model", "pairs", "counted")} | {
        "npz": tmp_path / "x.npz",
        "npy": tmp_path / "x.npy",
    }
    files["pairs"].write_text("king\tqueen\t1\n")
    training = ("w2v-train", "-q", "--min-count", "1", "--dim", "2", "--subsample", "0")
    nlptool(*training, "-o", str(files["model"]), stdin="a b c d\n" * 50)
    nlptool("ngram-train", "-o", str(files["counted"]), stdin="a b\nb c\n")
    result = nlptool(*line.format(**files).split(), stdin="a\n")
    assert result.status == 0
    assert f"nlptool: warning: {warning.format(**files)}" in result.stderr


def test_an_option_of_some_of_the_cells_that_are_measured_changes_something(nlptool: Nlptool) -> None:
    words = ("gradients", "--lags", "2", "--cell", "lstm", "--cell", "rnn", "--activation", "relu")
    assert nlptool(*words).stderr == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("similar -k many king", "Invalid value for '-k': 'many' is not a valid integer;"),
        ("w2v-train -o x --lr fast", "Invalid value for '--lr': 'fast' is not a valid number;"),
    ],
)
def test_what_is_no_number_is_told_as_people_say_it(line: str, told: str, nlptool: Nlptool) -> None:
    assert told in nlptool(*line.split()).stderr
