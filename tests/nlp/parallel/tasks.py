"""What the tests of engines have computed: functions that a worker can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from nlp.errors import InputError, SettingError
from nlp.wording import Message


def squared(number: int) -> int:
    return number * number


def slow_at_first(number: int) -> int:
    time.sleep(0.05 if number % 3 == 0 else 0)
    return number


def failing_from(number: int, first: int) -> int:
    """The earliest of those that fail is the last to do so."""
    if number >= first:
        time.sleep(0.2 if number == first else 0)
        raise InputError(f"no number {number}", path="a.txt", line=number, column=7)
    return number


def refusing(name: str) -> None:
    raise SettingError(Message("lower `lr`, {name}", name=name))


def of_both(values: list[int], number: int) -> int:
    return values[number]


def noting(folder: str, number: int) -> int:
    """Leave a file that says this task was computed."""
    (Path(folder) / str(number)).touch()
    return number


def lasting(folder: str, number: int, seconds: float) -> int:
    """Tell who computes this, and take some time."""
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    time.sleep(seconds)
    return number


def deadly(number: int) -> int:
    """End the process that computes the third task."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def large(size: int) -> bytes:
    return bytes(size)


def lasting_of(folder: str, values: list[int], number: int, seconds: float) -> int:
    lasting(folder, number, seconds)
    return values[number]


def timing_out(name: str) -> None:
    raise TimeoutError(name)
