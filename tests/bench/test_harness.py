from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from .figures import Figure, Measure, comparisons
from .harness import ChildFailedError, Contestant, Setting, in_turns, run_child
from .machine import machine
from .pace import pace
from .report import as_json, as_markdown, shortfalls
from .trainers import last_speed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEED = Measure("speed", "MB/s", more_is_better=True, at_least=10)
WALL = Measure("wall time", "ms", at_most=60)


def test_ratios_pair_by_pair_say_how_many_times_better() -> None:
    assert Figure("b", "s", SPEED, (4.0, 9.0), "peer", (2.0, 3.0)).ratios == (2.0, 3.0)
    assert Figure("b", "s", WALL, (4.0, 9.0), "peer", (2.0, 3.0)).ratios == (0.5, 1 / 3)


def test_targets() -> None:
    assert Figure("b", "s", WALL, (50.0, 60.0, 900.0)).is_on_target is True
    assert Figure("b", "s", WALL, (61.0,)).is_on_target is False
    assert Figure("b", "s", SPEED, (9.0,)).is_on_target is False
    assert Figure("b", "s", SPEED, (), "peer", (1.0,)).is_on_target is None


def test_contestants_take_turns_and_absent_ones_have_no_results() -> None:
    order: list[tuple[str, int]] = []

    def contestant(title: str, package: str) -> Contestant[int]:
        def run(number: int) -> int:
            order.append((title, number))
            return number

        return Contestant(title, package, run)

    turns = [contestant("A", "os"), contestant("B", "sys"), contestant("C", "no_such_package_at_all")]
    assert in_turns(turns, 2, warm_up=False) == {"A": [0, 1], "B": [0, 1], "C": []}
    assert order == [("A", 0), ("B", 0), ("A", 1), ("B", 1)]


def test_a_child_is_measured_as_a_whole(tmp_path: Path) -> None:
    work = "block = bytearray(b'x') * 80_000_000; print(sum(range(3_000_000)))"
    run = run_child(Setting(tmp_path), [sys.executable, "-c", work])
    assert run.stdout == f"{sum(range(3_000_000))}\n"
    assert 0 < run.cpu <= run.wall * 1.5
    assert 80_000_000 < run.peak_rss < 1_000_000_000


def test_a_failing_child_is_told_by_the_last_line_of_its_stderr(tmp_path: Path) -> None:
    with pytest.raises(ChildFailedError, match="status 1: ValueError: too small"):
        run_child(Setting(tmp_path), [sys.executable, "-c", "raise ValueError('too small')"])


def test_report_tells_averages_ratios_absences_and_shortfalls() -> None:
    results = {"nlptool": [20.0, 10.0, 30.0], "slow": [2.0, 2.0, 2.0], "absent": []}
    figures = list(comparisons("tokenize", "English", SPEED, results, float))
    figures.append(Figure("startup", "nlptool --help", WALL, (70.0,)))
    table = as_markdown(figures, {"Python": "3.11"})
    assert "| tokenize | English, speed (MB/s) | 20.0 | slow 2 | 10.00× (5.00–15.00) | ≥ 10.0 met |" in table
    assert "| 20.0 | absent not installed |  |" in table
    assert [line.split(" | ")[-1] for line in shortfalls(figures)] == ["≤ 60.0 **missed** |"]
    assert json.loads(as_json(figures, {}))["figures"][0]["ratio"] == 10


def test_what_the_user_tells_a_library_reaches_the_children_and_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    environment = Setting(tmp_path).environment()
    assert (environment["OPENBLAS_CORETYPE"], environment["OPENBLAS_NUM_THREADS"]) == ("Haswell", "1")
    assert machine()["OPENBLAS_CORETYPE"] == "Haswell (set by the user)"
    assert "OPENBLAS_NUM_THREADS" not in machine()
    assert "OPENBLAS_CORETYPE Haswell (set by the user)" in as_markdown([], machine())


def test_a_pace_leaves_out_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    def tokens() -> Iterator[int]:
        nonlocal clock
        for number in range(1000):
            clock += 60.0 if number < 50 else 0.1
            yield number

    monkeypatch.setattr("tests.bench.pace.time.perf_counter", lambda: clock)
    assert pace(tokens()) == pytest.approx(10)


def test_speed_is_that_of_the_last_progress_line() -> None:
    log = '{"tokens_per_second": 1}\nnoise\n{"tokens_per_second": 2}\n{"done": true}\n'
    assert last_speed(log) == 2
