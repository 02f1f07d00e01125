from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nlp.parallel.team import Member, WorkerError, run_team, shared_array
from tests.processes import alive, wait_for

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_all_meet_at_every_barrier(workers: int) -> None:
    counts = shared_array((workers,), np.int64)
    wrong = shared_array((1,), np.int64)

    def work(member: Member) -> None:
        for turn in range(1, 200):
            counts[member.index] += 1
            member.wait()
            wrong[0] += int((counts != turn).any())
            member.wait()

    run_team(workers, work)
    assert counts.tolist() == [199] * workers
    assert wrong[0] == 0


def test_an_exception_here_ends_the_others() -> None:
    pids = shared_array((2,), np.int64)

    def work(member: Member) -> None:
        pids[member.index] = os.getpid()
        member.wait()
        if member.index == 0:
            message = "of the leader"
            raise KeyError(message)
        member.wait()

    with pytest.raises(KeyError, match="of the leader"):
        run_team(2, work)
    assert not alive(int(pids[1]))


def test_an_exception_in_a_worker_is_told() -> None:
    def work(member: Member) -> None:
        if member.index == 1:
            message = "of the worker"
            raise KeyError(message)
        member.wait()

    with pytest.raises(WorkerError, match=r"(?s)worker 1 of 2 ended early: .*KeyError: 'of the worker'"):
        run_team(2, work)


def test_a_killed_worker_is_told() -> None:
    def work(member: Member) -> None:
        if member.index == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        member.wait()

    with pytest.raises(WorkerError, match="worker 1 of 2 ended early: killed by SIGKILL"):
        run_team(2, work)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_task_goes_to_one_worker(workers: int) -> None:
    turns, tasks = 50, 7
    times = shared_array((workers, turns, tasks), np.int64)

    def work(member: Member) -> None:
        for turn in range(turns):
            for task in member.share(tasks):
                times[member.index, turn, task] += 1
            member.wait()

    run_team(workers, work)
    assert (times.sum(axis=0) == 1).all()


def test_a_busy_worker_leaves_its_tasks_to_the_others() -> None:
    done = shared_array((2,), np.int64)

    def work(member: Member) -> None:
        for _ in member.share(10):
            done[member.index] += 1
            time.sleep(0.2 if member.index else 0.01)
        member.wait()

    run_team(2, work)
    assert done[0] > done[1]


@pytest.mark.parametrize("late", [0, 1])
def test_who_waits_long_sleeps(late: int) -> None:
    seconds = shared_array((2,), np.float64)

    def work(member: Member) -> None:
        if member.index == late:
            time.sleep(0.5)
        before = time.process_time()
        member.wait()
        seconds[member.index] = time.process_time() - before

    run_team(2, work)
    assert seconds.max() < 0.05


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_workers_leave_signals_to_the_leader(number: signal.Signals) -> None:
    def work(member: Member) -> None:
        if member.index == 1:
            os.kill(os.getpid(), number)
        member.wait()

    run_team(2, work)


ORPHANS = """
import os, sys, time
from nlp.parallel.team import run_team

def work(member):
    if member.index == 0:
        os.write(1, b"ready\\n")
        time.sleep(60)
    else:
        os.write(1, b"%d\\n" % os.getpid())
    while sys.argv[1] == "busy" and member.index:
        pass
    member.wait()

run_team(2, work)
"""


@pytest.mark.parametrize("doing", ["busy", "waiting"])
def test_workers_end_when_the_leader_is_killed(doing: str, tmp_path: Path) -> None:
    """Also one that is in the middle of a long computation, and asks nobody whether it should go on."""
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as leader:
        assert leader.stdout is not None
        said = {leader.stdout.readline().strip(), leader.stdout.readline().strip()}
        leader.kill()
        worker = int((said - {"ready"}).pop())
        wait_for(lambda: not alive(worker), seconds=5)
