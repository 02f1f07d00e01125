"""`cli.training.job`: what becomes of a training, whether it ends well, is stopped or cannot be written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.console import Console
from cli.io.reading import Input
from cli.io.streams import Streams
from cli.options.training import Training
from cli.signals import Ended
from cli.training.job import Command, Job, run
from tests.nlp.training.learner_cases import VECTORS, of_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.storage.model_file import BinaryWriter
    from nlp.training.loop import Curves


def save(writer: BinaryWriter, curves: Curves) -> None:
    writer.write(json.dumps(curves.figures()).encode())


def job(**changes: Any) -> Job:
    """A training of small word vectors, whose model is how it went."""
    one = Job(
        learner=of_vectors(VECTORS),
        size={"words": 50},
        kind="test-checkpoint",
        identity={"seed": 1},
        steps_of="some steps",
        size_of="some words",
        unit="words",
        result=lambda curves: curves,
        save=save,
        advice=["this is little text"],
        advice_after=lambda curves: [f"best was epoch {curves.best_epoch}"],
        compare=lambda curves: {"epochs": len(curves.epoch_losses)},
    )
    return replace(one, **changes)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    checkpoint = str(tmp_path / "checkpoint")
    training = Training(str(tmp_path / "model"), 1, None, None, checkpoint, 1e-9, resume=True, dry_run=False)
    console = Console(log_json=True)
    return Command(Streams(Input(())), console, training)


def records(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was told, without its times and levels."""
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert all(record.pop("time") and record.pop("level") for record in told)
    return told


def left(command: Command) -> tuple[bool, bool]:
    """Whether there is a model, and whether there is a checkpoint."""
    training = command.training
    assert training.checkpoint
    return Path(training.output).exists(), Path(training.checkpoint).exists()


def test_a_model_is_all_that_is_left(command: Command, capfd: pytest.CaptureFixture[str]) -> None:
    run(job(), command)
    assert left(command) == (True, False)
    assert json.loads(Path(command.training.output).read_text())["best_epoch"] in {1, 2}
    told = records(capfd)
    assert told[0] == {"warning": "this is little text"}
    last = told[-1]
    assert (last["done"], last["epochs"], len(last["valid_losses"])) == (True, 2, 2)
    assert last["valid_loss"] == min(last["valid_losses"])
    assert {"warning": f"best was epoch {last['best_epoch']}"} in told


def test_a_reader_of_the_terminal_is_told_what_was_written(
    command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    command = replace(command, console=Console(verbose=1), training=replace(command.training, workers=9))
    run(job(), command)
    told = capfd.readouterr().err.splitlines()
    assert "nlptool: workers: 3 (9 allowed), for some steps" in told
    path = Path(command.training.output)
    assert told[-1] == f"nlptool: wrote {path}: some words, {path.stat().st_size:,} bytes"


def test_a_model_that_cannot_be_written_is_trained_only_once(
    command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        run(job(save=fail), command)
    assert left(command) == (False, True)
    steps = max(record.get("step", 0) for record in records(capfd))
    run(job(), command)
    assert left(command) == (True, False)
    assert {"resumed": command.training.checkpoint, "epoch": 3, "step": steps} in records(capfd)


def test_a_training_that_is_stopped_says_what_becomes_of_it(
    command: Command, capfd: pytest.CaptureFixture[str]
) -> None:
    one = job()

    def stopped(epoch: int, skip: int = 0) -> Iterator[Any]:
        yield from () if epoch else steps(epoch, skip)
        raise Ended(15)

    steps = one.learner.steps
    one.learner.steps = stopped  # type: ignore[method-assign]
    with pytest.raises(Ended):
        run(one, command)
    fate = f"saved in {command.training.checkpoint}; the same command with --resume goes on from there"
    assert records(capfd)[-1] == {"stopped": f"stopped; {fate}"}
    assert left(command) == (False, True)


def test_an_estimate_trains_and_writes_nothing(command: Command, capfd: pytest.CaptureFixture[str]) -> None:
    run(job(), replace(command, training=replace(command.training, dry_run=True)))
    assert left(command) == (False, False)
    assert capfd.readouterr().out.startswith("words")
