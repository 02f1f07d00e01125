"""Engines: what computes a function for many arguments, here or elsewhere, and gives the results in order.

A task is a pure function of its arguments, so that its result is the same wherever it is computed, also for a
second time after a worker's death. Results come in the order of the tasks, whoever makes them: what is added
up in that order has the same bytes on any number of workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, Protocol, TypeVar

from nlp.parallel.team import WorkerError, live_for_the_leader, signals_held_back
from nlp.wording import number_of

Result = TypeVar("Result")
Value = TypeVar("Value")

AHEAD = 3
"""So many tasks for each worker are under way or done before the first of them is taken."""


class Engine(Protocol):
    """What computes functions: processes of this machine, or a cluster."""

    @property
    def workers(self) -> int:
        """How many compute at present."""

    @property
    def is_local(self) -> bool:
        """Whether all of them are on this machine, and see its files."""

    def share(self, value: Value) -> Value:
        """A stand-in for a large `value` that several tasks take as an argument: it is sent to a worker once.

        In a task, it is the value again.
        """

    def map(self, function: Callable[..., Result], tasks: Iterable[Sequence[Any]]) -> Iterator[Result]:
        """The function of each task's arguments, in the order of the tasks.

        A few tasks for each worker are computed ahead, so that neither a worker waits nor memory fills. The
        function is of the top level of a module, and what it takes and returns can be sent to a process.

        Raises: what the function raises, for the first of the tasks that fail; WorkerError where workers die
        """


class ForkedEngine:
    """Processes of this machine, forked for each `map` with all that this process knows."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    @property
    def workers(self) -> int:
        """As many as were asked for."""
        return self._workers

    @property
    def is_local(self) -> bool:
        """They are."""
        return True

    def share(self, value: Value) -> Value:
        """The value itself: memory is shared until it is written."""
        return value

    def map(self, function: Callable[..., Result], tasks: Iterable[Sequence[Any]]) -> Iterator[Result]:
        """The results in order; with one worker, this process computes them. See `Engine`.

        Raises: what the function raises; WorkerError where a worker is killed
        """
        listed = list(tasks)
        workers = min(self._workers, len(listed))
        if workers <= 1:
            yield from (function(*task) for task in listed)
            return
        forks = _Forks(workers, function, listed)
        try:
            yield from forks.results()
        finally:
            forks.end()


class _Forks:
    """The workers of one `map`. They inherit the tasks, and are told numbers of them."""

    def __init__(self, workers: int, function: Callable[..., object], tasks: Sequence[Sequence[Any]]) -> None:
        self._tasks = tasks
        self._workers: dict[Connection, ForkProcess] = {}
        context, leader = multiprocessing.get_context("fork"), os.getpid()
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(leader, theirs, function, tasks), daemon=True)
            with signals_held_back():  # a new worker must not get one, nor must one leave it unknown to us
                process.start()
                self._workers[ours] = process
            theirs.close()

    def results(self) -> Iterator[Any]:
        """The results in the order of the tasks. Raises: what a task raised; WorkerError."""
        done: dict[int, tuple[bool, Any]] = {}
        idle, asked, wanted = deque(self._workers), 0, 0
        while wanted < len(self._tasks):
            while idle and asked < min(len(self._tasks), wanted + AHEAD * len(self._workers)):
                with self._told_of_a_death(worker := idle.popleft()):
                    worker.send(asked)
                asked += 1
            if wanted in done:
                failed, result = done.pop(wanted)
                wanted += 1
                if failed:
                    raise result
                yield result
                continue
            ready = wait(list(self._workers))
            for worker in (one for one in self._workers if one in ready):
                with self._told_of_a_death(worker):
                    number, failed, result = worker.recv()
                done[number] = failed, result
                idle.append(worker)

    @contextmanager
    def _told_of_a_death(self, worker: Connection) -> Iterator[None]:
        """Raises: WorkerError where nobody is at the other end any more, or told a part of a result."""
        try:
            yield
        except (EOFError, OSError):
            process = self._workers[worker]
            process.join()
            status = process.exitcode or 0
            name = signal.Signals(-status).name if status < 0 else "an error"
            workers = number_of(len(self._workers), "worker")
            raise WorkerError(
                f"one of {workers} was ended by {name}; is there memory for so many workers?"
            ) from None

    def end(self) -> None:
        """Leave no worker behind, whatever state it is in."""
        for connection, process in self._workers.items():
            connection.close()
            process.kill()
            process.join()


def bare(error: Exception) -> Exception:
    """The error without those that it came of: a library may send them with it, fit for it or not."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _work(
    leader: int, requests: Connection, function: Callable[..., object], tasks: Sequence[Sequence[Any]]
) -> None:
    """Be a worker: the first function of its process."""
    live_for_the_leader()
    while os.getppid() == leader:
        try:
            number = requests.recv()
        except EOFError:
            break
        try:
            told = number, False, function(*tasks[number])
        except Exception as error:  # noqa: BLE001  the leader raises it
            told = number, True, bare(error)
        requests.send(told)
    os._exit(0)
