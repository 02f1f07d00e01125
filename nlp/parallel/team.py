"""Processes over shared memory: one function runs once in each worker of a team, in step with the others.

The calling process is worker 0, the leader; the others are forked from it. They find every array as it was at
that time, and write what all must see into arrays of `shared_array`. That memory has no name, so nothing of
it is left behind.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import NlpError

_SPINS = 200  # some 500 µs; with 10, workers slept more, and waking cost 50 µs a barrier in steps of 2 ms
_LOOK_SECONDS = 0.1  # how often a worker that waits looks whether the others are still alive
_JOIN_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1  # of Linux's prctl(2)
# A terminal and a batch system signal all workers, and each has the same limit of processor time.
_LEFT_TO_THE_LEADER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGXCPU)
_CACHE_LINE = 8  # int64 values: counters of two workers in one line would slow both down


class WorkerError(NlpError):
    """A worker process died; the message says of what."""


class _Stopped(BaseException):
    """Unwinds a worker when the team is dissolved."""


def shared_array(shape: Sequence[int], dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """Return an array of zeros that this process and those forked from it later all see."""
    kind = np.dtype(dtype)
    values = math.prod(shape)
    memory = mmap.mmap(-1, max(values * kind.itemsize, 1))
    return np.frombuffer(memory, kind, values).reshape(shape)


class _Meeting:
    """What the workers of a team share: where each of them is, and which tasks are taken."""

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("fork")
        self.workers = workers
        self.arrived: npt.NDArray[np.int64] = shared_array((workers, _CACHE_LINE), np.int64)[:, 0]
        self.asleep: npt.NDArray[np.int64] = shared_array((workers, _CACHE_LINE), np.int64)[:, 0]
        self.taken: npt.NDArray[np.int64] = shared_array((1,), np.int64)
        self.taking = context.Lock()
        self.alarms = [context.Semaphore(0) for _ in range(workers)]


class Member:
    """One worker's place in its team: `index` of `workers`, the barrier where all meet, and their tasks."""

    def __init__(self, index: int, meeting: _Meeting | None, look: Callable[[], None]) -> None:
        self.index = index
        self.workers = meeting.workers if meeting else 1
        self._meeting = meeting
        self._look = look
        self._round = 0
        self._shared_before = 0  # tasks of all earlier calls of `share`
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when every worker has called this: what any wrote before the call, all see after it.

        A worker spins for as long as the others are usually behind, then sleeps. Between two looks it offers
        its core to other processes, so that on a busy machine it does not keep the core from the very worker
        that it waits for.

        Raises: WorkerError in worker 0 if another one has died.
        """
        if self._meeting is None:
            return
        self._round += 1
        self._fence()
        self._meeting.arrived[self.index] = self._round
        self._fence()
        if self._all_are_here():
            self._wake_the_others(self._meeting)
        elif not self._spin():
            self._sleep(self._meeting)
        self._fence()

    def share(self, tasks: int) -> Iterator[int]:
        """Yield numbers below `tasks`; each goes to exactly one worker, the next one to whoever is free.

        All workers must call it with the same `tasks`, and `wait` between two calls.
        """
        if self._meeting is None:
            yield from range(tasks)
            return
        while (number := self._take(self._meeting, tasks)) is not None:
            yield number
        self._shared_before += tasks

    def _all_are_here(self) -> bool:
        return self._meeting is None or bool(self._meeting.arrived.min() >= self._round)

    def _spin(self) -> bool:
        """Look again and again for a while; return whether all workers have come."""
        for _ in range(_SPINS):
            if self._all_are_here():
                return True
            os.sched_yield()
        return False

    def _wake_the_others(self, meeting: _Meeting) -> None:
        for other in np.flatnonzero(meeting.asleep):
            meeting.alarms[other].release()

    def _sleep(self, meeting: _Meeting) -> None:
        meeting.asleep[self.index] = 1
        self._fence()  # either the last worker to come sees us asleep, or we see that it has come
        while not self._all_are_here():
            meeting.alarms[self.index].acquire(timeout=_LOOK_SECONDS)
            self._look()
        meeting.asleep[self.index] = 0

    def _take(self, meeting: _Meeting, tasks: int) -> int | None:
        while not meeting.taking.acquire(timeout=_LOOK_SECONDS):  # a killed worker never releases it
            self._look()
        try:
            number = int(meeting.taken[0]) - self._shared_before
            if number >= tasks:
                return None
            meeting.taken[0] += 1
            return number
        finally:
            meeting.taking.release()

    def _fence(self) -> None:
        """A memory barrier: arm64, for one, may otherwise reorder the accesses before and after it."""
        for _ in range(2):  # a release and then an acquire: together a full barrier
            self._lock.acquire()
            self._lock.release()


def alone() -> Member:
    """The only worker of a team of one: it waits for nobody, and all tasks are its own."""
    return Member(0, None, lambda: None)


def run_team(workers: int, work: Callable[[Member], None]) -> None:
    """Run `work` in each of `workers` processes, this one among them, and return when all are done.

    An exception in this process ends the others. They ignore the signals that ask a process to end, which
    this process handles for all, and end by themselves soon after it has died, however it died.

    Raises: WorkerError if a worker failed or was killed; whatever `work` raises here.
    """
    if workers == 1:
        work(alone())
        return
    team = _Team(workers)
    try:
        team.start(work)
        work(Member(0, team.meeting, team.check))
        team.join()
    finally:
        team.dissolve()


class _Team:
    """The workers beside the leader."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.meeting = _Meeting(workers)
        self._stop: npt.NDArray[np.int8] = shared_array((1,), np.int8)
        self._processes: list[ForkProcess] = []
        self._reports: list[Connection] = []

    def start(self, work: Callable[[Member], None]) -> None:
        context, leader = multiprocessing.get_context("fork"), os.getpid()
        for index in range(1, self.workers):
            report, sender = context.Pipe(duplex=False)
            process = context.Process(target=self._run, args=(index, leader, work, sender), daemon=True)
            with signals_held_back():  # a new worker must not get one, nor must one leave it unknown to us
                process.start()
                self._processes.append(process)
                self._reports.append(report)
            sender.close()

    def _run(self, index: int, leader: int, work: Callable[[Member], None], sender: Connection) -> None:
        """Be a worker: the first function of its process."""
        live_for_the_leader()

        def look() -> None:
            if os.getppid() != leader or self._stop[0]:
                raise _Stopped

        try:
            look()
            work(Member(index, self.meeting, look))
        except _Stopped:
            pass
        except BaseException:  # noqa: BLE001 - told to the leader, who raises
            sender.send(traceback.format_exc())
            os._exit(1)

    def check(self) -> None:
        """Raise WorkerError if a worker has ended before its time."""
        for index, (process, report) in enumerate(zip(self._processes, self._reports, strict=True), start=1):
            if process.exitcode is None or process.exitcode == 0:
                continue
            told = ""
            with suppress(EOFError, OSError):
                told = report.recv() if report.poll() else ""
            if process.exitcode < 0:
                name = signal.Signals(-process.exitcode).name
                told = f"killed by {name}; is there memory for so many workers?"
            message = f"worker {index} of {self.workers} ended early: {told.strip() or process.exitcode}"
            raise WorkerError(message)

    def join(self) -> None:
        for process in self._processes:
            process.join()
        self.check()

    def dissolve(self) -> None:
        """Leave no worker behind, whatever state it is in."""
        self._stop[0] = 1
        for alarm in self.meeting.alarms:
            alarm.release()
        for process in self._processes:
            process.join(_JOIN_SECONDS)
            if process.exitcode is None:
                process.kill()
                process.join()
        for report in self._reports:
            report.close()


def live_for_the_leader() -> None:
    """Leave the signals that end a program to the leader, and die with it, even within a long computation.

    That the kernel kills this process once the leader is dead is of Linux alone; elsewhere, and should this
    fail, a worker sees it at the next meeting.
    """
    for number in _LEFT_TO_THE_LEADER:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Hold back the signals that end a program until the end of the `with` block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _LEFT_TO_THE_LEADER)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
