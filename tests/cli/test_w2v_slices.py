"""`nlptool w2v-train --slices`: the same training by any number of workers, interrupted or not."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from nlp.storage.model_file import open_model
from nlp.vectors.files import load_vectors
from tests.cli.forking import run
from tests.cli.running import NLPTOOL, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

SMALL = (
    "--min-count",
    "1",
    "--dim",
    "8",
    "--window",
    "2",
    "--subsample",
    "0",
    "--epochs",
    "2",
    "--no-progress",
)


def text(lines: int, words: int = 300) -> str:
    rng = random.Random(0)  # noqa: S311
    return "".join(
        " ".join(f"w{int(rng.paretovariate(1)) % words}" for _ in range(12)) + "\n" for _ in range(lines)
    )


def test_workers_change_no_byte_and_the_model_tells_its_slices(nlptool: Nlptool, tmp_path: Path) -> None:
    models = []
    for workers in ("1", "3"):
        model = tmp_path / workers
        options = ("--slices", "5", "--rounds", "3", "--workers", workers, "-v", "-o", str(model))
        result = nlptool("w2v-train", *SMALL, *options, stdin=text(200))
        assert result.status == 0
        assert (
            f"nlptool: workers: {workers}, for rounds of 5 slices, in steps of 1 × 64 words\n"
            in result.stderr
        )
        models.append(model.read_bytes())
    assert models[0] == models[1]
    metadata = load_vectors(str(tmp_path / "1")).metadata
    assert metadata["sliced"] == {"slices": 5, "rounds": 3}
    assert metadata["config"]["lr"] == 0.1


def test_one_slice_is_the_plain_model(nlptool: Nlptool, tmp_path: Path) -> None:
    plain, one = tmp_path / "plain", tmp_path / "one"
    assert nlptool("w2v-train", *SMALL, "-o", str(plain), stdin=text(50)).status == 0
    result = nlptool("w2v-train", *SMALL, "--slices", "1", "--rounds", "2", "-o", str(one), stdin=text(50))
    assert "warning: --rounds changes nothing with --slices 1\n" in result.stderr
    assert one.read_bytes() == plain.read_bytes()
    assert "sliced" not in load_vectors(str(one)).metadata


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--slices", "17"),
            "--slices 17 learn so much apart that training may run away; use 16 at most, or give",
        ),
        (("--slices", "4", "--arch", "cbow"), "not for --arch cbow with --loss ns; leave out --slices"),
        (("--slices", "4", "--subwords"), "not for --subwords; leave out --slices"),
        (("--slices", "0"), "--slices"),
    ],
)
def test_what_is_not_to_be_had_in_slices_is_refused(
    options: tuple[str, ...], told: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    result = nlptool("w2v-train", *SMALL, *options, "-o", str(tmp_path / "model"), stdin=text(9))
    assert (result.status, told in result.stderr, result.stderr.count("\n")) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_sliced_training_goes_on_from_vectors_and_keeps_the_best_epoch(
    nlptool: Nlptool, tmp_path: Path
) -> None:
    first, second, held_out = tmp_path / "first", tmp_path / "second", tmp_path / "held"
    held_out.write_text(text(9))
    assert nlptool("w2v-train", *SMALL, "-o", str(first), stdin=text(60)).status == 0
    options = ("--slices", "3", "--update", str(first), "--valid", str(held_out), "-o", str(second))
    assert nlptool("w2v-train", *SMALL, *options, stdin=text(80)).status == 0
    metadata = load_vectors(str(second)).metadata
    assert metadata["updated_vectors"] == open_model(str(first)).metadata["arrays"]["vectors"]["sha256"]
    assert len(metadata["valid_losses"]) == 2


def test_an_estimate_is_of_rounds(nlptool: Nlptool) -> None:
    result = nlptool("w2v-train", *SMALL, "--slices", "3", "--rounds", "5", "--dry-run", stdin=text(60))
    figures = dict(line.split("\t") for line in result.stdout.splitlines())
    assert figures["steps"] == "10"
    assert int(figures["workers"]) <= 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_training_goes_on_to_the_same_bytes(number: signal.Signals, tmp_path: Path) -> None:
    corpus, whole, model = tmp_path / "corpus", tmp_path / "whole", tmp_path / "model"
    corpus.write_text(text(500))
    words = ("w2v-train", *SMALL, "--epochs", "4", "--slices", "4", "--workers", "2", str(corpus))
    assert run(*words, "-o", str(whole)).returncode == 0
    saving = ("--resume", "--checkpoint-every", "0.01", "-o", str(model))
    with subprocess.Popen([*NLPTOOL, *words, *saving], stderr=subprocess.PIPE, env=environment()) as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "model.ckpt").exists():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(number)
    assert process.returncode == -number
    other = run(*words, "--rounds", "3", *saving)
    assert "a checkpoint of another run: its rounds is 4, here it is 3" in other.stderr.decode()
    result = run(*words, *saving, "-v")
    assert "going on from step " in result.stderr.decode()
    assert model.read_bytes() == whole.read_bytes()
