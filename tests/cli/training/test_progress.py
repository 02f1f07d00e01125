"""The progress of a training on a terminal: what is left of it where the terminal is narrow."""

from __future__ import annotations

import json
import math
import os
import pty
import re
from contextlib import suppress
from dataclasses import replace

import pytest

from cli.console import Console
from cli.training.progress import training_progress
from nlp.training.progress import Progress

PROGRESS = Progress(
    epoch=2,
    step=10,
    loss=2.5,
    learning_rate=0.025,
    words_done=30,
    words_total=40,
    tokens_per_second=123_456,
    elapsed_seconds=3.0,
    eta_seconds=725.0,
    epoch_done=False,
)
BESIDE = {
    120: "━━━━ ETA 12:05  epoch 2  123,456 words/s  lr 0.02500  loss 2.5000",
    80: "━━━━ ETA 12:05  epoch 2  123,456 words/s  lr 0.02500  loss 2.5000",
    66: "━━━━ ETA 12:05  epoch 2  lr 0.02500  loss 2.5000",
    50: "━━━━ ETA 12:05  epoch 2  loss 2.5000",
    36: "━━━━ ETA 12:05  epoch 2",
    26: "━━━━ ETA 12:05",
    16: "━━━━",
}
EPOCH = {
    80: "epoch 12  loss 2.5000 (perplexity 12.18)  held out 2.7500 (perplexity 15.64)",
    60: "epoch 12  loss 2.5000  held out 2.7500 (perplexity 15.64)",
    50: "epoch 12  held out 2.7500 (perplexity 15.64)",
    40: "epoch 12  held out 2.7500",
    20: "12  2.7500",
}
PLAIN = {
    200: "75.0%  epoch 12  123,456 words/s  lr 0.02500  loss 2.5000 (perplexity 12.18)"
    "  held out 2.7500 (perplexity 15.64)  ETA 12:05",
    110: "75.0%  epoch 12  loss 2.5000 (perplexity 12.18)  held out 2.7500 (perplexity 15.64)  ETA 12:05",
    80: "epoch 12  loss 2.5000  held out 2.7500 (perplexity 15.64)",
    40: "epoch 12  held out 2.7500",
}


@pytest.fixture(autouse=True)
def terminal_that_moves_its_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("columns", BESIDE)
def test_a_narrow_terminal_loses_the_rate_first_and_no_number_is_cut(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    last = shown_on_a_terminal(monkeypatch, PROGRESS)[-1]
    assert len(last) <= columns
    assert re.match(r" 75% (━|╸|╺)+", last), last
    assert re.sub("(━|╸|╺)+", "━━━━", last).removeprefix(" 75% ").strip() == BESIDE[columns]


@pytest.mark.parametrize("columns", EPOCH)
def test_each_epoch_leaves_a_line_with_what_was_held_out(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = replace(PROGRESS, epoch=12, epoch_done=True, valid_loss=2.75)
    lines = shown_on_a_terminal(monkeypatch, done, replace(done, epoch=13), perplexity=True)
    assert max(map(len, lines)) <= columns
    assert EPOCH[columns] in [line.strip() for line in lines]
    assert EPOCH[columns].replace("12 ", "13 ", 1) in [line.strip() for line in lines]


@pytest.mark.parametrize("columns", ["0", "x", ""])
def test_a_width_that_is_none_is_not_taken_for_one(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert shown_on_a_terminal(monkeypatch, PROGRESS)[-1].endswith(BESIDE[80][-20:])


@pytest.mark.parametrize("name", ["dumb", "", "unknown"])
def test_a_terminal_without_a_cursor_gets_a_plain_line_an_epoch(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", name)
    reports = [replace(PROGRESS, epoch=epoch, epoch_done=True) for epoch in (1, 2, 3)]
    raw = raw_on_a_terminal(monkeypatch, *reports)
    assert b"\x1b" not in raw
    assert [line.split(b"%  ")[1].split(b"  ")[0] for line in raw.splitlines()] == [
        b"epoch 1",
        b"epoch 2",
        b"epoch 3",
    ]


@pytest.mark.parametrize("columns", PLAIN)
def test_plain_lines_fit_a_terminal_without_a_cursor(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", str(columns))
    done = replace(PROGRESS, epoch=12, epoch_done=True, valid_loss=2.75)
    (line,) = shown_on_a_terminal(monkeypatch, done, perplexity=True)
    assert len(line) <= columns
    assert line.removeprefix("nlptool:").strip() == PLAIN[columns]


def test_a_terminal_that_goes_away_does_not_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    stderr = os.fdopen(theirs, "w")
    monkeypatch.setattr("sys.stderr", stderr)
    with training_progress(Console()) as report:
        report(PROGRESS)
        os.close(ours)
        for epoch in range(20):
            report(replace(PROGRESS, epoch=epoch, epoch_done=True))
    monkeypatch.undo()
    with pytest.raises(OSError, match="Input/output error"):
        stderr.close()


def test_a_perplexity_beyond_all_bounds_is_a_power_of_ten(capsys: pytest.CaptureFixture[str]) -> None:
    with training_progress(Console(), perplexity=True) as report:
        report(replace(PROGRESS, loss=1e9, valid_loss=700.0, learning_rate=1e12))
    plain = capsys.readouterr().err
    assert "lr 1e+12  loss 1e+09 (perplexity 1.01e+304)  held out 700.0000 (perplexity 1.01e+304)" in plain


@pytest.mark.parametrize("console", [Console(), Console(log_json=True)], ids=["plain", "JSON"])
def test_the_end_is_told_once_also_where_its_last_step_was(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    last = replace(PROGRESS, words_done=PROGRESS.words_total)
    with training_progress(console) as report:
        report(last)
        report(replace(last, epoch_done=True))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_where_nothing_was_predicted_there_is_no_loss(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = replace(PROGRESS, loss=math.nan, words_done=PROGRESS.words_total, epoch_done=True)
    for console in (Console(), Console(log_json=True)):
        with training_progress(console) as report:
            report(nothing)
    plain, told = capsys.readouterr().err.splitlines()
    assert "loss –" in plain
    assert json.loads(told)["loss"] is None
    assert "NaN" not in told


def shown_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, *reports: Progress, perplexity: bool = False
) -> list[str]:
    """What stood on its lines, one after another, without colours."""
    raw = raw_on_a_terminal(monkeypatch, *reports, perplexity=perplexity)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw.decode())
    return [line.rstrip() for line in re.split(r"[\r\n]+", plain) if line.strip()]


def raw_on_a_terminal(monkeypatch: pytest.MonkeyPatch, *reports: Progress, perplexity: bool = False) -> bytes:
    """All that is written to it."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)  # a test that finds nothing fails, and does not wait
    try:
        with os.fdopen(theirs, "w") as stderr, monkeypatch.context() as patch:
            patch.setattr("sys.stderr", stderr)
            with training_progress(Console(), perplexity=perplexity) as report:
                for progress in reports:
                    report(progress)
            stderr.flush()
            shown = b""
            with suppress(BlockingIOError):  # it comes in pieces
                while piece := os.read(ours, 1 << 16):
                    shown += piece
    finally:
        os.close(ours)
    return shown
