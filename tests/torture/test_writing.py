"""Whole files or the old ones, wherever the process dies; and no success where the bytes did not go."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from cli.io.writing import open_binary_output
from tests.cli.forking import CLOSED, run
from tests.cli.running import SAMPLES
from tests.torture.promises import IS_LONG
from tests.torture.trainings import TRAININGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Figure
    from tests.torture.conftest import Filled

OLD, NEW = b"old", bytes(range(256)) * 400
CALLS = ("open", "write", "fsync", "fchmod", "fstat", "stat", "replace", "unlink", "close")
DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "x": bytes,
    "x.gz": gzip.decompress,
    "x.bz2": bz2.decompress,
    "x.xz": lzma.decompress,
}


def write(path: Path) -> None:
    with open_binary_output(str(path)) as writer:
        for start in range(0, len(NEW), 20_000):
            writer.write(NEW[start : start + 20_000])


def die_at(number: int, path: Path) -> bool:
    """Write in another process, killed before its `number`-th system call; return whether it came so far."""
    child = os.fork()
    if not child:
        left = number

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def dying(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if not left:
                    if call is real["write"]:
                        call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments, **options)

            return dying

        real = {name: getattr(os, name) for name in CALLS}
        for name, call in real.items():
            setattr(os, name, counted(call))
        try:
            write(path)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("name", DECOMPRESS)
def test_killed_at_any_system_call_the_file_is_whole(name: str, tmp_path: Path, figure: Figure) -> None:
    """And what the killed writer has left is gone once the next one has written."""
    target = tmp_path / name
    outcomes = {OLD: 0, NEW: 0}
    number = 1
    target.write_bytes(OLD)
    while die_at(number, target):
        found = target.read_bytes()
        outcomes[OLD if found == OLD else DECOMPRESS[name](found)] += 1
        target.write_bytes(OLD)
        write(target)
        assert [path.name for path in tmp_path.iterdir()] == [name]
        target.write_bytes(OLD)
        number += 1
    assert DECOMPRESS[name](target.read_bytes()) == NEW
    assert set(outcomes) == {OLD, NEW}
    assert min(outcomes.values()) > 0
    figure(5, f"{name}: killed at each of {number - 1} calls, {outcomes[OLD]} old, {outcomes[NEW]} new files")


PRINTING = [name for name, sample in SAMPLES.items() if sample.reads and sample.writes == "stdout"]
PRINTING += list(TRAININGS) if IS_LONG else []  # they have to train on all of it before they write
QUICK = ("tokenize", "vocab")
SHORT = ("search", "search-eval", "translate")  # whose questions are of a few bytes
SLOW = ("rnn-train",)  # ten epochs of 10 MB would take half an hour
MUCH = 10_000_000


@contextmanager
def nowhere() -> Iterator[dict[str, int]]:
    """Descriptors of what takes no output."""
    reader, writer = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        yield {"a full disk": full, "a closed stdout": CLOSED, "a closed pipe": writer}
    finally:
        os.close(writer)
        os.close(full)


@pytest.mark.parametrize("name", PRINTING)
def test_much_output_to_where_nothing_goes(name: str, filled: Filled, tmp_path: Path, figure: Figure) -> None:
    """10 MB of input; less for what is slow, and in the quick form for what takes seconds to answer."""
    sample = SAMPLES[name]
    least = MUCH // (5000 if name in SHORT else 100)
    size = MUCH if name in QUICK or (IS_LONG and name not in SLOW) else least
    (tmp_path / "input").write_bytes(sample.stdin * (size // len(sample.stdin)))
    words = filled(word.replace("{output}", "/dev/stdout") for word in sample.arguments)
    with nowhere() as descriptors:
        for what, descriptor in descriptors.items():
            with (tmp_path / "input").open("rb") as file:
                result = run(
                    name, *words, "-q", stdin=file.fileno(), stdout=descriptor, cwd=tmp_path, seconds=300
                )
            told = result.stderr.decode()
            if what == "a closed pipe":
                assert (result.returncode, told) == (-signal.SIGPIPE, ""), what
            else:
                assert (result.returncode, told.count("\n")) == (1, 1), f"{what}: {told}"
                assert told.startswith("nlptool: "), told
    figure(6, f"{name} {size / 1e6:g} MB")
