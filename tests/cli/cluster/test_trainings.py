"""Trainings on a cluster: several side by side, slices of one, parts of a text; the same bytes as here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = ("w2v-train", "-q", "--min-count", "1", "--dim", "4", "--window", "2", "--epochs", "2")


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
def test_a_cluster_changes_no_byte(command: tuple[str, ...], learning_folder: Path, cluster: str) -> None:
    written = []
    for where in ((), ("--cluster", cluster)):
        done = run(*command, "-o", "model", *where, "text", cwd=learning_folder)
        assert (done.returncode, done.stderr) == (0, b"")
        results = learning_folder / "table.tsv"
        written.append(((learning_folder / "model").read_bytes(), results.exists() and results.read_bytes()))
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*VECTORS,), b"give --slices 16, which changes the model, or --seeds or --grid"),
        (("rnn-train", "-q"), b"the steps of one training are too short for it; give --seeds or --grid"),
    ],
)
def test_what_a_cluster_cannot_help_says_so(
    words: tuple[str, ...], told: bytes, learning_folder: Path
) -> None:
    done = run(*words, "-o", "model", "--cluster", "local:2", "text", cwd=learning_folder)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr.decode()


def test_the_environment_names_a_cluster_for_what_can_use_it(learning_folder: Path) -> None:
    """Nobody listens at that address, and nobody is asked."""
    done = run(*VECTORS, "-o", "model", "text", cwd=learning_folder, NLPTOOL_CLUSTER="tcp://127.0.0.1:1")
    assert (done.returncode, done.stderr) == (0, b"")


def test_several_trainings_on_a_cluster_read_files(learning_folder: Path) -> None:
    sweep = ("--valid", "valid", "--seeds", "1-2", "--cluster", "local:2")
    done = run(
        *VECTORS, "-o", "model", *sweep, stdin=(learning_folder / "text").read_bytes(), cwd=learning_folder
    )
    assert done.returncode == 2
    assert b"name files" in done.stderr


def test_a_training_that_diverges_has_no_figures_on_a_cluster_either(
    learning_folder: Path, cluster: str
) -> None:
    network = ("rnn-train", "-q", "--hidden", "4", "--epochs", "1", "--optimizer", "sgd", "--clip", "0")
    grid = ("--valid", "valid", "--grid", "lr=0.01,1000", "--results", "table.tsv")
    done = run(*network, "-o", "model", *grid, "--cluster", cluster, "text", cwd=learning_folder)
    assert (done.returncode, done.stderr) == (0, b"")
    _, first, second = (learning_folder / "table.tsv").read_text().splitlines()
    assert float(first.split("\t")[2]) > 0
    assert set(second.split("\t")[1:]) == {""}
