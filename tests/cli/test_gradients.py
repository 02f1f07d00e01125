"""`nlptool gradients`: a record a lag, or curves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.running import run

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_file_of_another_ending_takes_the_records(tmp_path: Path) -> None:
    path = tmp_path / "flow.jsonl"
    assert run(*SMALL, "-o", str(path)).returncode == 0
    assert len(path.read_text().splitlines()) == 20
