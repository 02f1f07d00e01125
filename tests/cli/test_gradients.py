"""`nlptool gradients`: a record a lag, or curves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nlp.text.records import format_record
from tests.cli.forking import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.inside import Nlptool

SMALL = ("gradients", "--hidden", "8", "--lags", "4")


def records(*arguments: str) -> list[dict[str, Any]]:
    result = run(*SMALL, *arguments)
    assert result.returncode == 0, result.stderr.decode()
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_a_cell_it_is_those_of_the_lecture() -> None:
    found = records()
    assert [record["lag"] for record in found] == [0, 1, 2, 3, 4] * 4
    kinds = [(record["cell"], record.get("activation")) for record in found[::5]]
    assert kinds == [("rnn", "tanh"), ("rnn", "relu"), ("lstm", None), ("gru", None)]
    assert {record["cell_norm"] is None for record in found if record["cell"] != "lstm"} == {True}
    assert [record["initialization"] for record in found[::5]] == [
        "uniform",
        "identity",
        "uniform",
        "uniform",
    ]


def test_records_are_written_as_everywhere(nlptool: Nlptool) -> None:
    lines = nlptool(*SMALL, "--cell", "gru").stdout.splitlines(keepends=True)
    assert lines == [format_record(json.loads(line)) for line in lines]


def test_every_scale_has_its_curve() -> None:
    found = records("--cell", "rnn", "--recurrent-scale", "1", "--recurrent-scale", "3")
    assert [record["recurrent_scale"] for record in found] == [1.0] * 5 + [3.0] * 5
    assert found[4]["norm"] < found[9]["norm"]


def test_clipping_is_told() -> None:
    free, clipped = (records("--cell", "gru", *more) for more in ((), ("--clip", "0.001")))
    factor = clipped[0]["clip_factor"]
    assert factor < 1
    assert clipped[3]["norm"] == free[3]["norm"] * factor


def test_curves_as_text_and_as_a_figure(tmp_path: Path) -> None:
    drawn = run(*SMALL, "--plot").stdout.decode()
    assert "a  rnn tanh, U uniform\n" in drawn
    figure = tmp_path / "curves.svg"
    assert run(*SMALL, "-o", str(figure)).returncode == 0
    text = figure.read_text()
    assert text.startswith("<svg")
    assert "lstm, U uniform" in text


def test_a_terminal_takes_curves_and_a_file_records(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "│" in nlptool(*SMALL).stdout
    assert nlptool(*SMALL, "-o", str(tmp_path / "x")).status == 0
    assert len((tmp_path / "x").read_text().splitlines()) == 20


def test_a_file_of_another_ending_takes_the_records(tmp_path: Path) -> None:
    path = tmp_path / "flow.jsonl"
    assert run(*SMALL, "-o", str(path)).returncode == 0
    assert len(path.read_text().splitlines()) == 20


@pytest.mark.parametrize(
    ("option", "value"), [("--recurrent-scale", "nan"), ("--forget-bias", "nan"), ("--clip", "nan")]
)
def test_a_number_that_is_none_is_usage(option: str, value: str) -> None:
    result = run(*SMALL, option, value)
    assert (result.returncode, result.stdout) == (2, b"")
    assert f"{option}': {value} is not a finite number" in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ("--cell", "gru", "--gru-reset", "after", "--norm", "batch"),
            2,
            "--norm 'batch' needs --gru-reset 'before'",
        ),
        (
            ("--activation", "relu", "--cell", "rnn", "--recurrent-scale", "1e9"),
            1,
            "lower --recurrent-scale or",
        ),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(
    arguments: tuple[str, ...], status: int, message: str
) -> None:
    result = run(*SMALL, *arguments)
    assert (result.returncode, result.stdout) == (status, b"")
    (line,) = result.stderr.decode().splitlines()
    assert message in line


@pytest.fixture
def trained(tmp_path: Path, nlptool: Nlptool) -> Callable[..., str]:
    def train(cell: str, *more: str) -> str:
        path = str(tmp_path / cell)
        few = ("--layers", "1", "--hidden", "4", "--embed-dim", "4", "--epochs", "1", "-q", *more)
        assert nlptool("rnn-train", *few, "--cell", cell, "-o", path, stdin="to be or not\n" * 9).status == 0
        return path

    return train


def test_options_of_fresh_cells_win_over_the_environment_only(
    trained: Callable[[str], str], nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = trained("lstm")
    result = nlptool(*SMALL, "-m", model)
    assert (result.status, result.stdout) == (2, "")
    assert "--hidden is of a fresh cell, not of --model" in result.stderr
    monkeypatch.setenv("NLPTOOL_LM", model)
    hidden = [
        json.loads(nlptool("gradients", *more, "--lags", "1").stdout.splitlines()[0])["hidden"]
        for more in ((), ("--hidden", "8"))
    ]
    assert hidden == [4, 8]


def test_a_bidirectional_model_has_curves_of_both_directions(
    trained: Callable[..., str], nlptool: Nlptool
) -> None:
    result = nlptool("gradients", "-m", trained("gru", "--bidirectional"), "--lags", "3")
    assert result.status == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    expected = [("gru", direction, lag) for direction in ("forward", "backward") for lag in range(4)]
    assert [(one["cell"], one["direction"], one["lag"]) for one in found] == expected


def test_what_overflows_in_a_model_is_told(nlptool: Nlptool, tmp_path: Path) -> None:
    """Rectified units have no bound, and JSON has no infinity."""
    path = str(tmp_path / "explosive")
    explosive = ("--cell", "rnn", "--activation", "relu", "--init-scale", "0.5", "--hidden", "64")
    few = ("--layers", "1", "--embed-dim", "4", "--batch-size", "1", "--bptt", "5", "--epochs", "1", "-q")
    barely = ("--shards", "1", "--lr", "1e-12", "-o", path)
    assert nlptool("rnn-train", *explosive, *few, *barely, stdin="to\n").status == 0
    result = nlptool("gradients", "-m", path, "--lags", "3000")
    told = f"nlptool: {path}: what flows through layer 1 overflows; lower --lags\n"
    assert result == (1, "", told)


def test_a_model_that_is_no_network_is_named(nlptool: Nlptool, tmp_path: Path) -> None:
    path = str(tmp_path / "counts.model")
    assert nlptool("ngram-train", "-o", path, stdin="to be or not\n" * 3).status == 0
    result = nlptool("gradients", "-m", path)
    assert result.status == 1
    needed = "but this command needs one of kind 'language-model' or 'fill-model'; use it with generate"
    assert result.stderr == f"nlptool: {path}: a model of kind 'ngram-model', {needed}\n"


def test_a_model_without_recurrence_is_named(trained: Callable[[str], str], nlptool: Nlptool) -> None:
    model = trained("nnlm")
    result = nlptool("gradients", "-m", model)
    assert result.status == 1
    assert result.stderr.startswith(f"nlptool: {model}: a model of cell 'nnlm' has no recurrence; name one")
