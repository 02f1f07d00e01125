"""`--seeds` and `--grid`: several trainings are those that each would be alone, and the best one is kept."""

from __future__ import annotations

import json
import signal
from statistics import mean, stdev
from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run
from tests.cli.running import SAMPLES, litter, start
from tests.processes import alive, children, wait_for

if TYPE_CHECKING:
    from pathlib import Path

VECTORS = ("w2v-train", "--min-count", "1", "--dim", "4", "--window", "2", "--epochs", "2", "--workers", "2")
NETWORK = ("rnn-train", "--hidden", "4", "--layers", "1", "--epochs", "1", "--workers", "2", "-q")


def rows(path: Path) -> list[dict[str, str]]:
    names, *lines = [line.split("\t") for line in path.read_text().splitlines()]
    return [dict(zip(names, line, strict=True)) for line in lines]


def test_the_best_of_several_trainings_is_the_one_that_it_would_be_alone(learning_folder: Path) -> None:
    sweep = ("--seeds", "1-2,7", "--grid", "embed-dim=3,5", "--results", "table.tsv")
    done = run(*NETWORK, "--valid", "valid", *sweep, "-o", "best", "text", cwd=learning_folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    told = rows(learning_folder / "table.tsv")
    assert [(row["embed_dim"], row["seed"]) for row in told] == [
        (dim, seed) for dim in ("3", "5") for seed in ("1", "2", "7")
    ]
    best = min(told, key=lambda row: float(row["valid_loss"]))
    alone = ("--seed", best["seed"], "--embed-dim", best["embed_dim"], "-o", "alone", "text")
    assert run(*NETWORK, "--valid", "valid", *alone, cwd=learning_folder).returncode == 0
    assert (learning_folder / "best").read_bytes() == (learning_folder / "alone").read_bytes()
    of_three = [float(row["valid_loss"]) for row in told[:3]]
    assert float(told[0]["mean"]) == pytest.approx(mean(of_three), rel=1e-4)
    assert float(told[0]["deviation"]) == pytest.approx(stdev(of_three), abs=1e-5)
    assert litter(learning_folder) == []


def test_each_training_reads_all_of_stdin_and_the_table_may_be_jsonl(learning_folder: Path) -> None:
    sweep = ("--valid", "valid", "--seeds", "3,4", "--results", "table.jsonl", "-o", "best")
    done = run(
        *VECTORS, *sweep, "--log-json", stdin=(learning_folder / "text").read_bytes(), cwd=learning_folder
    )
    assert done.returncode == 0
    told = [json.loads(line) for line in (learning_folder / "table.jsonl").read_text().splitlines()]
    assert [row["seed"] for row in told] == ["3", "4"]
    shown = [json.loads(line) for line in done.stderr.splitlines()]
    assert sorted(one["seed"] for one in shown[:2]) == ["3", "4"]
    assert shown[-1]["done"]
    assert shown[-1]["valid_loss"] == min(row["valid_loss"] for row in told)
    alone = ("--valid", "valid", "--seed", shown[-1]["seed"], "-o", "alone", "-q")
    assert (
        run(*VECTORS, *alone, stdin=(learning_folder / "text").read_bytes(), cwd=learning_folder).returncode
        == 0
    )
    assert (learning_folder / "best").read_bytes() == (learning_folder / "alone").read_bytes()


@pytest.mark.parametrize("command", ["tag-train", "classify-train", "transformer-train", "seq2seq-train"])
def test_every_training_can_be_one_of_several(command: str, learning_folder: Path) -> None:
    sample = SAMPLES[command]
    (learning_folder / "text").write_bytes(sample.stdin)
    arguments = [one.format(output="best") for one in sample.arguments]
    sweep = ("--valid", "text", "--seeds", "1-2", "--results", "table.tsv", "-q")
    done = run(command, *arguments, *sweep, "text", cwd=learning_folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (learning_folder / "best").stat().st_size > 0
    assert len(rows(learning_folder / "table.tsv")) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--seeds", "1-2"], b"need --valid"),
        (["--grid", "hidden=2,3"], b"need --valid"),
        (["--results", "table.tsv"], b"give --seeds or --grid"),
        (["--valid", "valid", "--seeds", "1-2", "--resume"], b"do not go together with a checkpoint"),
        (["--valid", "valid", "--seeds", "1-2", "--dry-run"], b"--dry-run"),
        (["--valid", "valid", "--seeds", "1-2", "--results", "table"], b"ends in .tsv or .jsonl"),
        (["--valid", "valid", "--seeds", "5-1"], b"no list of seeds"),
        (["--valid", "valid", "--seeds", "one"], b"no list of seeds"),
        (["--valid", "valid", "--seeds", "1-20000"], b"more than 10,000 seeds"),
        (["--valid", "valid", "--seeds", "1-2", "--seed", "3"], b"--seed is told twice"),
        (["--valid", "valid", "--grid", "hidden=2,3"], b"--hidden is told twice"),
        (["--valid", "valid", "--grid", "hiden=2,3"], b"Did you mean 'hidden'?"),
        (["--valid", "valid", "--grid", "workers=1,2"], b"No such setting"),
        (["--valid", "valid", "--grid", "embed-dim"], b"does not say which values"),
        (["--valid", "valid", "--grid", "embed-dim=two"], b"embed-dim"),
        (["--valid", "valid", "--grid", "embed-dim=0,2"], b"embed-dim"),
        (["--valid", "valid", "--seeds", "1-9999", "--grid", "dropout=0,0.5"], b"at most 10,000"),
    ],
)
def test_what_does_not_go_together_is_told_in_one_line(
    words: list[str], told: bytes, learning_folder: Path
) -> None:
    done = run(*NETWORK, *words, "-o", "best", "text", cwd=learning_folder)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert told in done.stderr
    assert not (learning_folder / "best").exists()


def test_a_training_that_diverges_has_no_figures(learning_folder: Path) -> None:
    sweep = ("--valid", "valid", "--grid", "lr=0.01,1000", "--optimizer", "sgd", "--clip", "0")
    done = run(*NETWORK, *sweep, "--results", "table.tsv", "-o", "best", "text", cwd=learning_folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [bool(row["valid_loss"]) for row in rows(learning_folder / "table.tsv")] == [True, False]
    sweep = (*sweep[:3], "lr=900,1000", *sweep[4:])
    done = run(*NETWORK, *sweep, "-o", "none", "text", cwd=learning_folder)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"all of these trainings diverged" in done.stderr
    assert not (learning_folder / "none").exists()


def test_an_error_of_one_ends_all(learning_folder: Path) -> None:
    (learning_folder / "bad").write_bytes(b"the king \xff\n")
    done = run(*NETWORK, "--valid", "valid", "--seeds", "1-4", "-o", "best", "bad", cwd=learning_folder)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert done.stderr.startswith(b"nlptool: bad:1:10: byte 0xff is not UTF-8")
    assert not (learning_folder / "best").exists()


def test_a_signal_ends_all_of_them_and_leaves_nothing(learning_folder: Path) -> None:
    text = learning_folder / "text"
    text.write_bytes(text.read_bytes() * 2_000)
    files = (
        "--valid",
        str(learning_folder / "valid"),
        "-o",
        str(learning_folder / "best"),
        str(learning_folder / "text"),
    )
    with start(*NETWORK, "--seeds", "1-4", *files) as process:
        wait_for(lambda: bool(children(process.pid)))
        trained = children(process.pid)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM
    wait_for(lambda: not any(map(alive, trained)))
    assert not (learning_folder / "best").exists()
    assert litter(learning_folder) == []
