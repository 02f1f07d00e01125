"""Trainings that are killed, told to end, orphaned or made to diverge: nothing is lost or left."""

from __future__ import annotations

import random
import signal
import subprocess
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
from tests.torture.trainings import EVERY, TRAININGS, Work, patience, write_tokens

if TYPE_CHECKING:
    from tests.conftest import Figure

KILLS = 200 if IS_LONG else 20
ORPHANED = 50 if IS_LONG else 6
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  where shared memory has names


class Trained(NamedTuple):
    """Work, the model that it gives when nothing interrupts it, and how many seconds that takes."""

    work: Work
    model: bytes
    seconds: float


@pytest.fixture(scope="module", params=EVERY)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder: Path = tmp_path_factory.mktemp("trained")
    labels = EVERY[request.param].labels
    text = write_tokens(folder / "tokens", 1500, labels=labels)
    work = Work(request.param, text, write_tokens(folder / "valid", 30, 1, labels))
    before = time.monotonic()
    with work.start(folder / "model") as process:
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr.decode()
    return Trained(work, (folder / "model").read_bytes(), time.monotonic() - before)


def test_every_training_command_is_tortured() -> None:
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    resuming = {
        name
        for name, command in commands.items()
        if command and "resume" in {parameter.name for parameter in command.params}
    }
    assert set(TRAININGS) == resuming


def test_kills_do_not_change_a_bit(trained: Trained, tmp_path: Path, figure: Figure) -> None:
    """Killed again and again, with other workers each time, the training ends in the same bytes."""
    work, expected, seconds = trained
    model = tmp_path / "model"
    generator = random.Random(1)  # noqa: S311
    kills = finished = resumed = 0
    while kills < KILLS or not finished:
        workers = str(generator.choice([1, 2]))
        with work.start(model, "--checkpoint-every", "0.05", "--workers", workers) as process:
            try:
                within = generator.uniform(0.05, 0.4) * seconds if kills < KILLS else 120
                _, stderr = process.communicate(timeout=within)
            except subprocess.TimeoutExpired:
                process.kill()
                _, stderr = process.communicate()
                kills += 1
                resumed += b"going on from step" in stderr
                continue
        assert process.returncode == 0, stderr.decode()
        assert model.read_bytes() == expected
        assert [path.name for path in tmp_path.iterdir()] == ["model"]
        finished += 1
    assert resumed
    told = f"{work.name}: {kills} kills, {resumed} of them in resumed runs, {finished} models, 0 bytes differ"
    figure(1, told)
    figure(4, f"{work.name} with held-out text and patience: as above; resumed at each boundary in turn")


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, "2"), (signal.SIGTERM, "1"), (signal.SIGHUP, "2")]
)
def test_a_signal_saves_first(
    number: signal.Signals, workers: str, trained: Trained, tmp_path: Path, figure: Figure
) -> None:
    work, expected, _ = trained
    model, checkpoint = tmp_path / "model", tmp_path / "model.ckpt"
    with work.start(model, "--checkpoint-every", "0.2", "--workers", workers) as process:
        wait_for(checkpoint.exists)
        before = checkpoint.stat().st_ino
        process.send_signal(number)
        sent = time.monotonic()
        _, stderr = process.communicate(timeout=30)
    took = time.monotonic() - sent
    assert process.returncode == -number, stderr.decode()
    assert checkpoint.stat().st_ino != before
    assert not model.exists()
    assert took < patience(2)
    with work.start(model, "--workers", "3") as process:
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr.decode()
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
        with work.start(tmp_path / "model", *work.training.endless, "--workers", "2") as process:
            wait_for(lambda pid=process.pid: len(children(pid)) == 1)  # type: ignore[misc]
            workers = children(process.pid)
            time.sleep(generator.uniform(0, 0.1))
            process.send_signal(number)
            process.wait(timeout=30)
            ended = time.monotonic()
            wait_for(lambda found=workers: not any(map(alive, found)))  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - ended)
            process.communicate()
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
    with work.start(tmp_path / "model", *more) as process:
        _, stderr = process.communicate(timeout=120)
    told = stderr.decode()
    assert process.returncode == 1
    assert told.startswith("nlptool: training diverged: ")
    assert told.count("\n") == 1
    assert all(word in told for word in ("step ", "learning rate ", "lower --lr"))
    assert not (tmp_path / "model").exists()
    saved = open_model(str(checkpoint))
    assert all(np.isfinite(saved.array(name)).all() for name in saved.metadata["arrays"])
    figure(15, f"{work.name}: told in one line, the checkpoint is finite")
