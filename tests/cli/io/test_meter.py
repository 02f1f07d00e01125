"""How far the input has been read: a bar on a terminal after a second, JSON for machines, else nothing."""

from __future__ import annotations

import itertools
import json
import os
import pty
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from cli import console as console_module
from cli.console import Console
from cli.io.meter import Meter
from cli.io.reading import Input

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 100_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still unless a test moves it."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def terminal_that_moves_its_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setattr(console_module, "_is_status_shown", False)


def text_file(tmp_path: Path) -> Path:
    path: Path = tmp_path / "text"
    path.write_text("a line of the text\n" * (SIZE // 19))
    return path


def read_on_a_terminal(
    meter: Meter, path: Path, clock: list[float], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[int]]:
    """What the terminal shows while a file is read whose every block takes some seconds; the block sizes."""
    leader, follower = pty.openpty()
    sizes = []
    with open(follower, "w", encoding="utf-8") as terminal:  # noqa: PTH123  a descriptor
        monkeypatch.setattr("sys.stderr", terminal)
        for block in Input((str(path),), meter=meter).blocks():
            sizes.append(len(block.text))
            clock[0] += seconds
        terminal.flush()
    shown = b""
    with suppress(OSError):
        while data := os.read(leader, 1 << 16):
            shown += data
    os.close(leader)
    return [line for line in re.split(r"\r|\x1b\[K", shown.decode()) if line], sizes


def test_a_bar_goes_with_the_bytes_and_is_gone_at_the_end(
    tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, _ = read_on_a_terminal(Meter(Console()), text_file(tmp_path), clock, 0.5, monkeypatch)
    shares = [int(line.split("%")[0]) for line in lines]
    assert shares == sorted(shares)
    assert (len(shares) > 5, shares[-1]) == (True, 100)
    form = re.compile(r" {0,2}\d+%  \[=* *\]  \d+\.\d\d MB/s  ETA \d+:\d\d")
    assert all(form.fullmatch(line) and len(line) < 70 for line in lines)


def test_what_takes_long_is_read_in_smaller_chunks_and_what_is_fast_in_larger_ones(
    tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, slow = read_on_a_terminal(Meter(Console()), text_file(tmp_path), clock, 3.0, monkeypatch)
    assert slow[-1] < 1000
    shown, fast = read_on_a_terminal(Meter(Console()), text_file(tmp_path), clock, 0.0, monkeypatch)
    assert (shown, max(fast) > 30_000) == ([], True)


@pytest.mark.parametrize(
    "meter",
    [
        Meter(Console(quiet=True)),
        Meter(Console(progress=False)),
        Meter(Console(), is_in_the_way=True),
    ],
    ids=["quiet", "no progress", "data on the terminal"],
)
def test_no_bar_where_none_is_wanted(
    meter: Meter, tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_on_a_terminal(meter, text_file(tmp_path), clock, 3.0, monkeypatch)[0] == []


def test_machines_get_a_line_a_second(
    tmp_path: Path, clock: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in Input((str(text_file(tmp_path)),), meter=Meter(Console(log_json=True))).blocks():
        clock[0] += 0.5
    records = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert len(records) > 3
    assert {record["total_bytes"] for record in records} == {19 * (SIZE // 19)}
    read = [record["read_bytes"] for record in records]
    assert read == sorted(read)
    assert all(b["elapsed_seconds"] - a["elapsed_seconds"] >= 1 for a, b in itertools.pairwise(records))


def test_of_a_pipe_it_tells_how_much_has_come(clock: list[float]) -> None:
    meter = Meter(Console())
    meter.begin(["/dev/null"])
    clock[0] += 4
    meter._read = 8_000_000
    assert meter._line(4, 70) == "8.0 MB read  2.00 MB/s"
    assert meter._line(4, 10) == "2.00 MB/s"


def test_what_is_said_takes_the_bar_away(capfd: pytest.CaptureFixture[str]) -> None:
    console_module.show_status("50%")
    console_module.say("done")
    console_module.say("again")
    assert capfd.readouterr().err == "\r50%\x1b[K\r\x1b[Knlptool: done\nnlptool: again\n"
