"""The signals that ask a process to end: caught, put off while modules load, and died of in the end."""

from __future__ import annotations

import os
import signal
import time

TYPE_CHECKING = False  # not from `typing`, slow to import: ^C before `main` runs is a traceback
if TYPE_CHECKING:
    from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGXCPU)
"""What users, shells and batch systems end a process with; the last two warn of a limit of time."""

PATIENCE = 5.0
"""Seconds after a signal in which further ones are ignored: ^C under make sends two."""


class Ended(BaseException):
    """A signal asks the process to end; not an Exception, so that no handler of errors swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def catch_endings() -> None:
    """Turn a signal that asks us to end into `Ended`, so that `with` blocks clean up on the way out.

    Signals that the parent had us ignore (nohup, a shell's background job) stay ignored. So are those that
    follow another one soon: ^C under make sends two, and the second must not interrupt the clean-up.

    During an import the process ends at once: there is nothing to clean up, and an exception raised there may
    be lost (in the callback of a module's lock) or become another error (in __set_name__).
    """
    latest: float | None = None

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal latest
        now = time.monotonic()
        if latest is not None and now - latest < PATIENCE:
            return
        latest = now
        if _is_importing(frame):
            die(number)
        raise Ended(number)

    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def _is_importing(frame: FrameType | None) -> bool:
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def ignore_endings() -> None:
    """Ignore them from here on: the process is leaving, with its status known."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def die(number: int) -> None:
    """End by the signal, as if nobody had caught it."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
