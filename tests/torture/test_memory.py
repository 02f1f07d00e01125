"""Endless streams: what a command holds does not grow with what has gone through it."""

from __future__ import annotations

import os
import subprocess
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.cli.running import NLPTOOL, environment
from tests.torture.peak import peak_memory
from tests.torture.promises import IS_LONG
from tests.torture.trainings import TRAININGS, write_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Figure

MEGABYTE = 1_000_000
BEFORE, AFTER = (20 * MEGABYTE, 500 * MEGABYTE) if IS_LONG else (3 * MEGABYTE, 12 * MEGABYTE)
MOST_GROWTH = 6 * MEGABYTE
TIMES = (3, 300 if IS_LONG else 9)  # a megabyte


def old_words() -> Iterator[bytes]:
    """Thirty thousand words, again and again, ten a line."""
    for start in count(0, 10):
        yield b" ".join(b"word%d" % (number % 30_011) for number in range(start, start + 10)) + b"\n"


def new_words() -> Iterator[bytes]:
    """No word comes twice."""
    for start in count(0, 10):
        yield b" ".join(b"word%d" % number for number in range(start, start + 10)) + b"\n"


def records() -> Iterator[bytes]:
    """New words in JSONL, with a field that nobody knows."""
    for line in new_words():
        yield b'{"text":"%s","tokens":["%s"],"more":[1]}\n' % (
            line.strip(),
            line.strip().replace(b" ", b'","'),
        )


class Endless(NamedTuple):
    """A command that reads for ever, and the lines that it reads; {vocabulary} is a file of some types."""

    words: tuple[str, ...]
    lines: Callable[[], Iterator[bytes]]


ENDLESS = {
    "tokenize": Endless(("tokenize", "--lower"), new_words),
    "tokenize --sentences": Endless(("tokenize", "--sentences", "--format", "jsonl"), records),
    "vocab --max-size": Endless(("vocab", "--max-size", "100"), old_words),
    "onehot --vocab": Endless(("onehot", "--vocab", "{vocabulary}", "--sparse"), new_words),
    "onehot --vocab, JSONL": Endless(
        ("onehot", "--vocab", "{vocabulary}", "--sparse", "--format", "jsonl"), records
    ),
}


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_stream_takes_no_more_memory(name: str, tmp_path: Path, figure: Figure) -> None:
    (tmp_path / "vocabulary").write_text("".join(f"word{number}\t1\n" for number in range(20)))
    words = [word.format(vocabulary=tmp_path / "vocabulary") for word in ENDLESS[name].words]
    with subprocess.Popen(
        [*NLPTOOL, *words, "-q"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment()
    ) as process:
        assert process.stdin
        lines, written, sizes = ENDLESS[name].lines(), 0, []
        for size in (BEFORE, AFTER):
            while written < size:
                written += process.stdin.write(next(lines))
            process.stdin.flush()
            sizes.append(resident(process.pid))
        process.kill()
    growth = sizes[1] - sizes[0]
    assert growth < MOST_GROWTH
    told = f"{growth / MEGABYTE:+.1f} MB on {(AFTER - BEFORE) // MEGABYTE} MB more"
    figure(14, f"{name}: {sizes[0] // MEGABYTE} MB, {told}")


@pytest.mark.parametrize("command", [name for name, training in TRAININGS.items() if training.streams])
def test_a_training_streams_its_text(command: str, tmp_path: Path, figure: Figure) -> None:
    """Many times the text, of the same words, costs no tenth of its size in memory."""
    options = (*TRAININGS[command].once, "-q", "-o", str(tmp_path / "model"))
    small = write_tokens(tmp_path / "small", 24_000, labels=TRAININGS[command].labels).read_bytes()
    peaks = []
    for times in TIMES:
        with subprocess.Popen(
            [*NLPTOOL, command, *options], stdin=subprocess.PIPE, env=environment()
        ) as child:
            assert child.stdin
            with child.stdin as pipe:
                for _ in range(times):
                    pipe.write(small)
            peaks.append(peak_memory(child))
        assert child.returncode == 0
    more = (TIMES[1] - TIMES[0]) * len(small)
    assert peaks[1] - peaks[0] < 3 * MEGABYTE + more / 10
    told = f"{(peaks[1] - peaks[0]) / MEGABYTE:+.1f} MB on {more / MEGABYTE:.0f} MB more"
    figure(14, f"{command}: {peaks[0] // MEGABYTE} MB, {told}")
