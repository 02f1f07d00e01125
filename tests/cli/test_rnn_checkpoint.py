"""`nlptool rnn-train` interrupted: whatever ends it, the next run goes on as if nothing happened."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.storage.kinds import open_kind
from nlp.storage.model_file import write_model
from tests.cli.forking import run
from tests.cli.running import NLPTOOL, environment
from tests.processes import wait_for

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = (
    *("--layers", "1", "--hidden", "12", "--embed-dim", "8", "--dropout", "0.1", "--norm", "batch-input"),
    *("--batch-size", "4", "--bptt", "10", "--shards", "2", "--epochs", "3"),
)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second or two of training, in 210 steps of two shards."""
    rng = random.Random(0)  # noqa: S311
    words = ["the", "king", "queen", "rode", "out", "at", "dawn", "noon", "and", "ate", "bread"]
    path: Path = tmp_path_factory.mktemp("text") / "text"
    path.write_text("".join(" ".join(rng.choices(words, k=8)) + "\n" for _ in range(75)))
    return path


@pytest.fixture(scope="module")
def held_out(text: Path) -> Path:
    path = text.with_name("held-out")
    path.write_text(text.read_text()[:2000])
    return path


@pytest.fixture(scope="module")
def uninterrupted(text: Path, held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "model"
    result = run("rnn-train", *SETTINGS, "--valid", str(held_out), "-o", str(path), str(text))
    assert result.returncode == 0, result.stderr.decode()
    return path.read_bytes()


def started(model: Path, text: Path, *more: str) -> subprocess.Popen[bytes]:
    words = ["--resume", "--valid", str(text.with_name("held-out")), *more, "-o", str(model), str(text)]
    return subprocess.Popen(
        [*NLPTOOL, "rnn-train", *SETTINGS, *words], stderr=subprocess.PIPE, env=environment()
    )


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory, text: Path, held_out: Path) -> bytes:
    model = tmp_path_factory.mktemp("early") / "model"
    path = model.with_suffix(".ckpt")
    with started(model, text, "--checkpoint", str(path), "--checkpoint-every", "0.05") as process:
        wait_for(path.exists)
        process.kill()
    return path.read_bytes()


@pytest.fixture
def checkpoint(tmp_path: Path, early: bytes) -> Path:
    """A checkpoint in which nearly all of the training is still to be done."""
    path = tmp_path / "model.ckpt"
    path.write_bytes(early)
    return path


def test_a_checkpoint_of_another_version_is_refused(checkpoint: Path, text: Path, held_out: Path) -> None:
    opened = open_kind(str(checkpoint), "rnn-checkpoint")
    identity = {**opened.metadata["identity"], "nlptool": "0.0.1"}
    arrays = {name: np.array(opened.array(name)) for name in opened.metadata["arrays"]}
    with checkpoint.open("wb") as file:
        write_model(file, opened.kind, {"identity": identity, "figures": opened.metadata["figures"]}, arrays)
    words = ("--resume", "--valid", str(held_out), "-o", str(checkpoint.with_suffix("")), str(text))
    result = run("rnn-train", *SETTINGS, *words)
    assert 'its nlptool is "0.0.1", here it is ' in result.stderr.decode()


def test_the_same_stream_from_a_pipe_goes_on(
    checkpoint: Path, text: Path, held_out: Path, uninterrupted: bytes
) -> None:
    model = checkpoint.with_suffix("")
    words = ("--resume", "-v", "--valid", str(held_out), "-o", str(model))
    result = run("rnn-train", *SETTINGS, *words, stdin=text.read_bytes())
    assert result.returncode == 0, result.stderr.decode()
    assert "going on from step " in result.stderr.decode()
    assert model.read_bytes() == uninterrupted
    assert not checkpoint.exists()


def test_an_output_that_fails_leaves_the_training_in_the_checkpoint(
    tmp_path: Path, text: Path, held_out: Path, uninterrupted: bytes
) -> None:
    checkpoint, model = tmp_path / "state", tmp_path / "model"
    options = (*SETTINGS, "--resume", "--valid", str(held_out), "--checkpoint", str(checkpoint))
    result = run("rnn-train", *options, "-o", "/dev/full", str(text))
    assert result.returncode == 1
    assert checkpoint.exists()
    assert run("rnn-train", *options, "-o", str(model), str(text)).returncode == 0
    assert model.read_bytes() == uninterrupted


def test_a_training_that_diverges_keeps_the_last_good_checkpoint(tmp_path: Path, text: Path) -> None:
    checkpoint = tmp_path / "model.ckpt"
    words = ("--optimizer", "sgd", "--lr", "1000", "--clip", "0", "--cell", "rnn", "--activation", "relu")
    steps = ("--bptt", "4", "--checkpoint-every", "0.0001")  # so many that the loss tells it within the epoch
    with started(tmp_path / "model", text, *words, *steps) as process:
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "training diverged: the " in stderr.decode()
    assert "learning rate 1000; start again with a lower --lr" in stderr.decode()
    opened = open_kind(str(checkpoint), "rnn-checkpoint")
    opened.verify()
    assert opened.metadata["figures"]["position"]["step"] > 0
