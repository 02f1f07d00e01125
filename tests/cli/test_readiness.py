"""A pipe that does not block is waited for, on every standard stream."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.console import say
from cli.io.reading import Input
from cli.io.writing import Descriptor

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

DATA = b"0123456789abcdef" * (1 << 16)  # more than any pipe holds


def test_a_pipe_that_is_full_is_waited_for() -> None:
    with _slow_reader() as (writer, taken):
        assert Descriptor(writer, "out").write(DATA) == len(DATA)
    assert taken == DATA


def test_a_message_waits_for_a_full_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "m" * 1000
    with _slow_reader() as (writer, taken), open(writer, "w", encoding="utf-8", closefd=False) as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        for _ in range(200):
            say(message)
        monkeypatch.undo()
    assert bytes(taken) == f"nlptool: {message}\n".encode() * 200, len(taken)


def test_a_pipe_that_is_still_empty_is_waited_for() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)

    def give() -> None:
        for part in (b"one\n", b"two\n"):
            time.sleep(0.02)
            os.write(writer, part)
        os.close(writer)

    thread = threading.Thread(target=give)
    with _in_place_of(0, reader):
        thread.start()
        assert "".join(block.text for block in Input(()).blocks()) == "one\ntwo\n"
    thread.join()
    os.close(reader)


@contextmanager
def _slow_reader() -> Iterator[tuple[int, bytearray]]:
    """A pipe that does not block its writer, and what a slow reader takes from it, in the end all."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    taken = bytearray()

    def take() -> None:
        while data := os.read(reader, 1 << 14):
            taken.extend(data)
            time.sleep(0.0005)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield writer, taken
    finally:
        os.close(writer)
        thread.join()
        os.close(reader)


@contextmanager
def _in_place_of(descriptor: int, other: int) -> Iterator[None]:
    before = os.dup(descriptor)
    os.dup2(other, descriptor)
    try:
        yield
    finally:
        os.dup2(before, descriptor)
        os.close(before)
