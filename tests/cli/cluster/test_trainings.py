"""Trainings on a cluster: several side by side, slices of one, parts of a text; the same bytes as here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"the king rode out at dawn\nthe queen rode out at noon\nthe king and the queen ate bread\n" * 8
HELD_OUT = b"the queen ate bread at dawn\nthe king rode out\n"
VECTORS = ("w2v-train", "-q", "--min-count", "1", "--dim", "4", "--window", "2", "--epochs", "2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "valid").write_bytes(HELD_OUT)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        (*VECTORS, "--valid", "valid", "--seeds", "1-2", "--grid", "negatives=2,3", "--results", "table.tsv"),
        ("rnn-train", "-q", "--hidden", "4", "--epochs", "1", "--valid", "valid", "--seeds", "1,3"),
        (*VECTORS, "--slices", "2", "--rounds", "2", "--lr", "0.01", "--valid", "valid"),
        ("ngram-train", "-q", "--order", "3"),
    ],
    ids=lambda words: f"{words[0]} {words[-2]}",
)
def test_a_cluster_changes_no_byte(command: tuple[str, ...], folder: Path, cluster: str) -> None:
    written = []
    for where in ((), ("--cluster", cluster)):
        done = run(*command, "-o", "model", *where, "text", cwd=folder)
        assert (done.returncode, done.stderr) == (0, b"")
        results = folder / "table.tsv"
        written.append(((folder / "model").read_bytes(), results.exists() and results.read_bytes()))
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*VECTORS,), b"give --slices 16, which changes the model, or --seeds or --grid"),
        (("rnn-train", "-q"), b"the steps of one training are too short for it; give --seeds or --grid"),
    ],
)
def test_what_a_cluster_cannot_help_says_so(words: tuple[str, ...], told: bytes, folder: Path) -> None:
    done = run(*words, "-o", "model", "--cluster", "local:2", "text", cwd=folder)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr.decode()


def test_the_environment_names_a_cluster_for_what_can_use_it(folder: Path) -> None:
    """Nobody listens at that address, and nobody is asked."""
    done = run(*VECTORS, "-o", "model", "text", cwd=folder, NLPTOOL_CLUSTER="tcp://127.0.0.1:1")
    assert (done.returncode, done.stderr) == (0, b"")


def test_several_trainings_on_a_cluster_read_files(folder: Path) -> None:
    sweep = ("--valid", "valid", "--seeds", "1-2", "--cluster", "local:2")
    done = run(*VECTORS, "-o", "model", *sweep, stdin=TEXT, cwd=folder)
    assert done.returncode == 2
    assert b"name files" in done.stderr


def test_a_training_that_diverges_has_no_figures_on_a_cluster_either(folder: Path, cluster: str) -> None:
    network = ("rnn-train", "-q", "--hidden", "4", "--epochs", "1", "--optimizer", "sgd", "--clip", "0")
    grid = ("--valid", "valid", "--grid", "lr=0.01,1000", "--results", "table.tsv")
    done = run(*network, "-o", "model", *grid, "--cluster", cluster, "text", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    _, first, second = (folder / "table.tsv").read_text().splitlines()
    assert float(first.split("\t")[2]) > 0
    assert set(second.split("\t")[1:]) == {""}
