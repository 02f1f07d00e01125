"""How far a computation is: a bar on a terminal after a second, JSON for machines, else nothing."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from cli.console import Console
from cli.io import steps as steps_module
from cli.io.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Iterable


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def told(console: Console, clock: list[float], seconds: float) -> Iterable[None]:
    steps = Steps(console, "clustering")
    for done in range(11):
        steps.tell(done, 10)
        clock[0] += seconds
        yield


def shown(console: Console, clock: list[float], monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(steps_module, "has_cursor", lambda: True)
    monkeypatch.setattr(steps_module, "show_status", lines.append)
    monkeypatch.setenv("COLUMNS", "70")
    list(told(console, clock, seconds))
    return lines


def test_a_bar_goes_with_the_steps(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(Console(), clock, monkeypatch, 0.5)
    assert len(lines) == 9, "none in the first second"
    assert lines[0] == "clustering   20%  [====                    ]  ETA 0:04"
    assert lines[-1].startswith("clustering  100%")
    assert shown(Console(), clock, monkeypatch, 0.05) == [], "it was over before"


@pytest.mark.parametrize("console", [Console(quiet=True), Console(progress=False)])
def test_no_bar_where_none_is_wanted(
    console: Console, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(console, clock, monkeypatch, 3.0) == []


def test_machines_get_a_line_a_second(clock: list[float], capfd: pytest.CaptureFixture[str]) -> None:
    list(told(Console(log_json=True), clock, 0.5))
    records = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [record["step"] for record in records] == [2, 4, 6, 8, 10]
    assert {(record["what"], record["most"]) for record in records} == {("clustering", 10)}
