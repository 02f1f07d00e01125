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
DETAILS = "epoch 2  123,456 words/s  lr 0.02500  loss 2.5000"


@pytest.mark.parametrize("columns", [120, 80, 60, 40, 24])
def test_a_narrow_terminal_loses_the_bar_first_and_never_how_far_it_is(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    last = shown_on_a_terminal(monkeypatch)
    assert len(last) <= columns
    assert re.match(r"75% +(━|╸|╺)* ?ETA 12:05", last), last
    assert f"ETA 12:05  {DETAILS}".startswith(last[last.index("ETA") :].rstrip("… "))
    assert ("━━━━" in last) == (columns >= 80)
    assert (DETAILS in last) == (columns >= 80)


def test_where_nothing_was_predicted_there_is_no_loss(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = replace(PROGRESS, loss=math.nan, words_done=PROGRESS.words_total)
    for console in (Console(), Console(log_json=True)):
        with training_progress(console) as report:
            report(nothing)
    plain, told = capsys.readouterr().err.splitlines()
    assert "loss –" in plain
    assert json.loads(told)["loss"] is None
    assert "NaN" not in told


def shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> str:
    """What stands there at the end, without its colours."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)  # a test that finds nothing fails, and does not wait
    try:
        with os.fdopen(theirs, "w") as stderr, monkeypatch.context() as patch:
            patch.setattr("sys.stderr", stderr)
            with training_progress(Console()) as report:
                report(PROGRESS)
            stderr.flush()
            shown = b""
            with suppress(BlockingIOError):  # it comes in pieces
                while piece := os.read(ours, 1 << 16):
                    shown += piece
    finally:
        os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()).strip().split("\r")[-1].strip()
