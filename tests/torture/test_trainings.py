"""Trainings that are killed, told to end, orphaned or made to diverge: nothing is lost or left."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import numpy as np
import pytest

from cli.commands import COMMANDS, cli
from nlp.storage.model_file import open_model
from tests.processes import alive, children, wait_for
from tests.torture.promises import IS_LONG
from tests.torture.trainings import EVERY, TRAININGS, Work, patience

if TYPE_CHECKING:
    from tests.conftest import Figure

KILLS = 200 if IS_LONG else 4  # of each training
ORPHANED = 50 if IS_LONG else 2
SIGNALS = ((signal.SIGINT, "2"), (signal.SIGTERM, "1"), (signal.SIGHUP, "2"))
"""Each with a number of workers."""
SIGNALLED = [
    (name, *signal_and_workers)
    for turn, name in enumerate(EVERY)
    for signal_and_workers in (SIGNALS if IS_LONG else (SIGNALS[turn % len(SIGNALS)],))
]
"""Every training gets all of them in the long form, else one by turns."""
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  where shared memory has names


class Trained(NamedTuple):
    """Work, the model that it gives when nothing interrupts it, and how many seconds that takes."""

    work: Work
    model: bytes
    seconds: float


@pytest.fixture(scope="module", params=EVERY)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder: Path = tmp_path_factory.mktemp("trained")
    work = Work.written(request.param, folder)
    before = time.monotonic()
    ended = work.start(folder / "model").ended()
    assert ended.returncode == 0, ended.stderr.decode()
    return Trained(work, (folder / "model").read_bytes(), time.monotonic() - before)


def test_every_training_command_is_tortured() -> None:
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    keeping = {
        name
        for name, command in commands.items()
        if command and "checkpoint_every" in {parameter.name for parameter in command.params}
    }
    assert set(TRAININGS) == keeping


def test_kills_do_not_change_a_bit(trained: Trained, tmp_path: Path, figure: Figure) -> None:
    """Killed again and again, with other workers each time, the training ends in the same bytes."""
    work, expected, seconds = trained
    model = tmp_path / "model"
    generator = random.Random(1)  # noqa: S311
    kills = finished = resumed = 0
    while kills < KILLS or not finished:
        workers, before = str(generator.choice([1, 2])), time.monotonic()
        process = work.start(model, "--checkpoint-every", "0.02", "--workers", workers)
        if kills < KILLS and not process.ends_within(generator.uniform(0.05, 0.4) * seconds):
            resumed += b"going on from step" in process.signalled(signal.SIGKILL).stderr
            kills += 1
            continue
        ended = process.ended()
        seconds = min(seconds, time.monotonic() - before)  # the machine may be less busy than it was
        assert ended.returncode == 0, ended.stderr.decode()
        assert model.read_bytes() == expected
        assert [path.name for path in tmp_path.iterdir()] == ["model"]
        finished += 1
    assert resumed
    told = f"{work.name}: {kills} kills, {resumed} of them in resumed runs, {finished} models, 0 bytes differ"
    figure(1, told)
    figure(4, f"{work.name} with held-out text and patience: as above; resumed at each boundary in turn")


@pytest.mark.parametrize(("trained", "number", "workers"), SIGNALLED, indirect=["trained"])
def test_a_signal_saves_first(
    number: signal.Signals, workers: str, trained: Trained, tmp_path: Path, figure: Figure
) -> None:
    work, expected, _ = trained
    model, checkpoint = tmp_path / "model", tmp_path / "model.ckpt"
    process = work.start(model, "--checkpoint-every", "0.1", "--workers", workers)
    wait_for(checkpoint.exists)
    before = checkpoint.stat().st_ino
    sent = time.monotonic()
    ended = process.signalled(number)
    took = time.monotonic() - sent
    assert ended.returncode == -number, ended.stderr.decode()
    assert checkpoint.stat().st_ino != before
    assert not model.exists()
    assert took < patience(2)
    ended = work.start(model, "--workers", "3").ended()
    assert ended.returncode == 0, ended.stderr.decode()
    assert model.read_bytes() == expected
    assert not checkpoint.exists()
    figure(2, f"{work.name}, {number.name}: saved and ended after {took:.2f} s")


def test_workers_end_with_their_leader(trained: Trained, tmp_path: Path, figure: Figure) -> None:
    """Killed at any moment after they are there, or told to end, it leaves no worker and no shared memory."""

    if not trained.work.training.shared:
        pytest.skip("the leader trains alone")

    def in_memory() -> set[str]:
        return {path.name for path in SHARED_MEMORY.iterdir()}

    work, generator, slowest = trained.work, random.Random(2), 0.0  # noqa: S311
    before = in_memory()
    for turn in range(ORPHANED):
        number = [signal.SIGKILL, signal.SIGTERM][turn % 2]
        process = work.start(tmp_path / "model", *work.training.endless, "--workers", "2")
        wait_for(lambda pid=process.pid: len(children(pid)) == 1)  # type: ignore[misc]
        workers = children(process.pid)
        time.sleep(generator.uniform(0, 0.1))
        process.signalled(number)
        ended = time.monotonic()
        wait_for(lambda found=workers: not any(map(alive, found)))  # type: ignore[misc]
        slowest = max(slowest, time.monotonic() - ended)
    assert slowest < patience(1)
    assert not {name for name in in_memory() - before if "nlptool" in name or name.startswith("sem.mp")}
    figure(17, f"{work.name}: {ORPHANED} leaders ended, their workers gone {1000 * slowest:.0f} ms after")


def test_divergence_is_told_and_keeps_the_checkpoint(
    trained: Trained, tmp_path: Path, figure: Figure
) -> None:
    """Where it stops; and that no weights beyond hope have replaced those in the checkpoint."""
    work, checkpoint = trained.work, tmp_path / "model.ckpt"
    if work.training.diverging is None:
        pytest.skip("steps are divided by what they add up to, so none is too large")
    more = (*work.training.diverging, "--checkpoint-every", "0.001", "-q")
    ended = work.start(tmp_path / "model", *more).ended()
    told = ended.stderr.decode()
    assert ended.returncode == 1
    assert told.startswith("nlptool: training diverged: ")
    assert told.count("\n") == 1
    assert all(word in told for word in ("step ", "learning rate ", "lower --lr"))
    assert not (tmp_path / "model").exists()
    saved = open_model(str(checkpoint))
    assert all(np.isfinite(saved.array(name)).all() for name in saved.metadata["arrays"])
    figure(15, f"{work.name}: told in one line, the checkpoint is finite")
