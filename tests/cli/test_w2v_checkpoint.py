"""`nlptool w2v-train` interrupted: whatever ends it, the next run goes on as if nothing happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.storage.model_file import open_model, write_model
from tests.cli.forking import run
from tests.cli.running import NLPTOOL, environment
from tests.processes import wait_for

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = (
    "--min-count",
    "1",
    "--dim",
    "8",
    "--window",
    "1",
    "--negatives",
    "1",
    "--subsample",
    "0",
    "--epochs",
    "12",
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second or two of training, in 1,500 steps."""
    rng = np.random.default_rng(0)
    path: Path = tmp_path_factory.mktemp("corpus") / "tokens"
    words = [f"w{number}" for number in rng.zipf(1.5, 8000) if number < 3000]
    path.write_text("".join(" ".join(words[i : i + 12]) + "\n" for i in range(0, len(words), 12)))
    return path


@pytest.fixture(scope="module")
def uninterrupted(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "model"
    result = run("w2v-train", *SETTINGS, "-o", str(path), str(corpus))
    assert result.returncode == 0, result.stderr.decode()
    return path.read_bytes()


def started(model: Path, corpus: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [*NLPTOOL, "w2v-train", *SETTINGS, "--resume", *more, "-o", str(model), str(corpus)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=environment())


def test_a_training_that_is_not_saved_says_so(tmp_path: Path, corpus: Path) -> None:
    words = ("--epochs", "100000", "--valid", str(corpus), "-o", "model", str(corpus))
    with subprocess.Popen(
        [*NLPTOOL, "w2v-train", *SETTINGS, *words, "--log-json"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stderr
        process.stderr.readline()  # the first record of its progress
        process.send_signal(signal.SIGTERM)
        last = process.stderr.read().splitlines()[-1]
    assert process.returncode == -signal.SIGTERM
    assert json.loads(last)["stopped"].startswith("stopped; nothing is saved; with --resume the same command")


def test_a_signal_to_the_whole_group_saves_too(tmp_path: Path, corpus: Path) -> None:
    """As ^C on a terminal does: the workers must still be there for the leader's last step."""
    command = [*NLPTOOL, "w2v-train", *SETTINGS, "--epochs", "100000", "--workers", "2", "-o", "model"]
    process = subprocess.Popen(
        [*command, "--checkpoint-every", "0.2", str(corpus)],
        cwd=tmp_path,
        start_new_session=True,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    wait_for((tmp_path / "model.ckpt").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    last = b"nlptool: stopped; saved in model.ckpt; the same command with --resume goes on from there"
    assert (process.returncode, stderr.splitlines()[-1]) == (-signal.SIGINT, last)
    assert open_model(str(tmp_path / "model.ckpt")).kind == "w2v-checkpoint"


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> bytes:
    model = tmp_path_factory.mktemp("early") / "model"
    path = model.with_suffix(".ckpt")
    with started(model, corpus, "--checkpoint", str(path), "--checkpoint-every", "0.05") as process:
        wait_for(path.exists)
        process.kill()
    return path.read_bytes()


@pytest.fixture
def checkpoint(tmp_path: Path, early: bytes) -> Path:
    """A checkpoint in which nearly all of the training is still to be done."""
    path = tmp_path / "model.ckpt"
    path.write_bytes(early)
    return path


@pytest.mark.parametrize(
    ("option", "field"),
    [
        (("--dim", "17"), "dim"),
        (("--window", "3"), "window"),
        (("--negatives", "6"), "negatives"),
        (("--min-count", "2"), "min_count"),
        (("--max-vocab", "50"), "max_vocab"),
        (("--subsample", "0.5"), "subsample"),
        (("--epochs", "41"), "epochs"),
        (("--lr", "0.04"), "lr"),
        (("--seed", "2"), "seed"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(
    option: tuple[str, ...], field: str, checkpoint: Path, corpus: Path
) -> None:
    before = checkpoint.read_bytes()
    model = str(checkpoint.with_suffix(""))
    result = run("w2v-train", "-q", *SETTINGS, "--resume", *option, "-o", model, str(corpus))
    told = result.stderr.decode()
    assert result.returncode == 1
    assert f"{checkpoint}: a checkpoint of another run: its {field} is " in told
    assert f"delete {checkpoint} to start" in told
    assert told.count("\n") == 1
    assert checkpoint.read_bytes() == before


def test_a_checkpoint_of_other_data_or_version_is_refused(checkpoint: Path, corpus: Path) -> None:
    model = str(checkpoint.with_suffix(""))
    more = corpus.read_bytes() + b"one more line\n"
    result = run("w2v-train", *SETTINGS, "--resume", "-o", model, stdin=more)
    assert result.returncode == 1
    assert "another run: its data is " in result.stderr.decode()
    opened = open_model(str(checkpoint))
    identity = {**opened.metadata["identity"], "nlptool": "0.0.1"}
    arrays = {name: np.array(opened.array(name)) for name in opened.metadata["arrays"]}
    with checkpoint.open("wb") as file:
        write_model(file, opened.kind, {"identity": identity, "figures": opened.metadata["figures"]}, arrays)
    result = run("w2v-train", *SETTINGS, "--resume", "-o", model, str(corpus))
    assert 'its nlptool is "0.0.1", here it is ' in result.stderr.decode()


def test_the_same_stream_from_a_pipe_goes_on(checkpoint: Path, corpus: Path, uninterrupted: bytes) -> None:
    model = checkpoint.with_suffix("")
    result = run("w2v-train", *SETTINGS, "--resume", "-v", "-o", str(model), stdin=corpus.read_bytes())
    assert result.returncode == 0, result.stderr.decode()
    assert "going on from step " in result.stderr.decode()
    assert model.read_bytes() == uninterrupted
    assert not checkpoint.exists()


def test_a_damaged_checkpoint_is_refused(checkpoint: Path, corpus: Path) -> None:
    data = bytearray(checkpoint.read_bytes())
    data[len(data) // 2] ^= 1
    checkpoint.write_bytes(data)
    model = str(checkpoint.with_suffix(""))
    result = run("w2v-train", *SETTINGS, "--resume", "-o", model, str(corpus))
    assert result.returncode == 1
    assert f"{checkpoint}: not a whole nlptool model" in result.stderr.decode()


def test_without_resume_an_old_checkpoint_is_replaced_and_that_is_told(
    checkpoint: Path, corpus: Path
) -> None:
    model = str(checkpoint.with_suffix(""))
    words = ("--epochs", "1", "--checkpoint", str(checkpoint), "-o", model, str(corpus))
    result = run("w2v-train", *SETTINGS, *words)
    assert result.returncode == 0
    assert f"{checkpoint} is of an earlier run and will be replaced" in result.stderr.decode()
    assert not checkpoint.exists()


def test_an_output_that_fails_leaves_the_training_in_the_checkpoint(
    tmp_path: Path, corpus: Path, uninterrupted: bytes
) -> None:
    checkpoint, model = tmp_path / "state", tmp_path / "model"
    options = (*SETTINGS, "--resume", "--checkpoint", str(checkpoint))
    result = run("w2v-train", *options, "-o", "/dev/full", str(corpus))
    assert result.returncode == 1
    position = open_model(str(checkpoint)).metadata["figures"]["position"]
    assert position["epoch"] == int(SETTINGS[-1])
    result = run("w2v-train", *options, "-v", "-o", str(model), str(corpus))
    assert result.returncode == 0
    assert f"going on from step {position['step']:,}, in epoch " in result.stderr.decode()
    assert model.read_bytes() == uninterrupted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--checkpoint", "model"), "--checkpoint and --output name the same file"),
        (("--patience", "2"), "--patience needs --valid"),
        (("--workers", "0"), "--workers"),
        (("--workers", "65"), "--workers"),
        (("--checkpoint-every", "0"), "--checkpoint-every"),
    ],
)
def test_options_that_make_no_sense_are_usage(options: tuple[str, ...], message: str) -> None:
    result = run("w2v-train", *options, "-o", "model")
    assert result.returncode == 2
    assert message in result.stderr.decode()
