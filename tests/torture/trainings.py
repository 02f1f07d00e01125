"""The training commands: a line here, and every torture of a training is theirs too."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.cli.forking import CLOSED, Forked
from tests.torture.promises import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Training:
    """How a command is tortured.

    Attributes: `options`, for a training of `Work.written` in hundreds of steps, which takes half a second
    (in the long form some thousand steps, and seconds); `endless`, to go on for minutes; `once`, for one
    epoch; `diverging`, to diverge soon, None if it never does; `others`, for each option that shapes the
    model a value that `options` does not give it (True: a flag), for which a checkpoint must be refused;
    whether it `streams` its text, or holds all of it in memory; whether its steps are `shared` by workers;
    `labels`, what lines of its text begin with, by turns.
    """

    options: tuple[str, ...]
    endless: tuple[str, ...]
    once: tuple[str, ...]
    diverging: tuple[str, ...] | None
    others: dict[str, str | bool]
    streams: bool = True
    shared: bool = True
    labels: tuple[str, ...] = ("",)


def words(line: str) -> tuple[str, ...]:
    """The words of a command line."""
    return tuple(line.split())


TRAININGS = {
    "w2v-train": Training(
        options=words(
            "--min-count 1 --dim 8 --window 1 --negatives 1 --subsample 0 --epochs 12 --patience 10"
        ),
        endless=words("--epochs 100000"),
        once=words("--epochs 1 --dim 8 --window 1 --negatives 1"),
        diverging=words("--lr 1000 --max-vocab 100"),
        others={
            "arch": "cbow",
            "loss": "hs",
            "dim": "9",
            "window": "2",
            "negatives": "2",
            "min_count": "2",
            "max_vocab": "50",
            "subsample": "0.5",
            "subwords": True,
            "phrases": True,
            "slices": "2",
            "epochs": "51",
            "lr": "0.04",
            "seed": "2",
            "patience": "46",
        },
    ),
    "rnn-train": Training(
        options=words(
            "--level word --layers 1 --hidden 8 --embed-dim 8 --bptt 10 --batch-size 10 --max-vocab 200 "
            "--dropout 0.1 --epochs 3 --patience 3"
        ),
        endless=words("--epochs 100000"),
        once=words(
            "--level word --layers 1 --hidden 4 --embed-dim 4 --epochs 1 --batch-size 500 --max-vocab 50"
        ),
        diverging=words("--lr 1000"),
        others={
            "level": "char",
            "min_count": "2",
            "max_vocab": "50",
            "subword_vocab": "40",
            "cell": "gru",
            "layers": "2",
            "hidden": "9",
            "embed_dim": "9",
            "activation": "relu",
            "gru_reset": "after",
            "norm": "batch",
            "dropout": "0.2",
            "tied": True,
            "softmax": "adaptive",
            "context": "6",
            "bidirectional": True,
            "init": "orthogonal",
            "init_scale": "0.2",
            "forget_bias": "0",
            "bptt": "11",
            "batch_size": "11",
            "shards": "1",
            "optimizer": "sgd",
            "lr_decay": "0.9",
            "decay_after": "2",
            "clip": "4",
            "clip_value": "1",
            "epochs": "4",
            "lr": "0.04",
            "seed": "2",
            "patience": "2",
        },
    ),
    "transformer-train": Training(
        options=words(
            "--level word --layers 1 --heads 1 --dim 8 --ffn 8 --context 8 --bptt 10 --batch-size 10 "
            "--max-vocab 200 --dropout 0.1 --epochs 3 --patience 3"
        ),
        endless=words("--epochs 100000"),
        once=words(
            "--level word --layers 1 --heads 1 --dim 4 --ffn 4 --context 4 --epochs 1 --batch-size 500 "
            "--max-vocab 50"
        ),
        diverging=words("--lr 1000"),
        others={
            "level": "char",
            "min_count": "2",
            "max_vocab": "50",
            "subword_vocab": "40",
            "layers": "2",
            "heads": "2",
            "dim": "10",
            "ffn": "9",
            "context": "9",
            "dropout": "0.2",
            "bptt": "11",
            "batch_size": "11",
            "shards": "1",
            "optimizer": "muon",
            "weight_decay": "0.2",
            "warm_up": "0.2",
            "clip": "4",
            "epochs": "4",
            "lr": "0.04",
            "seed": "2",
            "patience": "2",
        },
    ),
    "tag-train": Training(
        options=words("--task segment --bits 12 --batch-size 100 --epochs 6 --patience 5"),
        endless=words("--epochs 1000"),
        once=words("--task segment --epochs 1"),
        diverging=None,
        others={
            "bits": "13",
            "dropout": "0.2",
            "batch_size": "90",
            "epochs": "7",
            "lr": "0.04",
            "seed": "2",
            "patience": "2",
        },
        streams=False,
        shared=False,
    ),
}


LABELS = ("__label__a ", "__label__b ", "__label__c __label__d ")

TRAININGS["classify-train"] = Training(
    options=words("--epochs 40 --patience 30 --ngrams 1 --dim 4 --buckets 4096"),
    endless=words("--epochs 100000 --patience 100000"),
    once=words("--epochs 1 --ngrams 1 --buckets 4096"),
    diverging=words("--lr 1000"),
    others={
        "mode": "spaces",
        "cased": True,
        "ngrams": "2",
        "subwords": True,
        "buckets": "4095",
        "dim": "5",
        "loss": "hs",
        "quantize": True,
        "class_weights": "balanced",
        "epochs": "121",
        "lr": "0.1",
        "seed": "2",
        "patience": "91",
    },
    labels=LABELS,
)

TRAININGS["seq2seq-train"] = Training(
    options=words("--subword-vocab 50 --hidden 4 --batch-size 500 --optimizer adam --epochs 2 --patience 2"),
    endless=words("--epochs 100000 --patience 100000"),
    once=words("--epochs 1 --subword-vocab 50 --hidden 4"),
    diverging=words("--lr 900 --clip 0"),
    others={
        "subword_vocab": "51",
        "share": True,
        "longest": "99",
        "cell": "lstm",
        "attention": "none",
        "layers": "2",
        "heads": "2",
        "ffn": "99",
        "hidden": "5",
        "epochs": "121",
        "optimizer": "muon",
        "lr": "0.04",
        "dropout": "0.2",
        "label_smoothing": "0.2",
        "clip": "4",
        "batch_size": "490",
        "shards": "1",
        "seed": "2",
        "patience": "91",
    },
    streams=False,
    labels=("the king\t", "the queen ate\t", "at dawn\t"),
)


NETWORKS = {
    "classify-train --method rnn": Training(
        options=words("--hidden 4 --embed-dim 4 --batch-size 150 --epochs 4 --patience 3"),
        endless=words("--epochs 100000 --patience 100000"),
        once=words("--epochs 1 --hidden 4 --embed-dim 4"),
        diverging=words("--lr 900"),
        others={
            "mode": "spaces",
            "cased": True,
            "loss": "ova",
            "cell": "gru",
            "layers": "2",
            "hidden": "5",
            "embed_dim": "5",
            "chars": True,
            "pool": "attention",
            "word_dropout": "0.2",
            "dropout": "0.2",
            "clip": "4",
            "batch_size": "140",
            "class_weights": "balanced",
            "epochs": "121",
            "lr": "0.04",
            "seed": "2",
            "patience": "91",
        },
        labels=LABELS,
    ),
    "tag-train --method both": Training(
        options=words(
            "--task segment --bits 12 --hidden 4 --embed-dim 4 --batch-size 300 --epochs 2 --patience 2"
        ),
        endless=words("--epochs 1000 --patience 1000"),
        once=words("--task segment --epochs 1 --hidden 4 --embed-dim 4"),
        diverging=words("--lr 90"),
        others={
            "bits": "13",
            "cell": "gru",
            "layers": "2",
            "hidden": "5",
            "embed_dim": "5",
            "chars": True,
            "dropout": "0.2",
            "batch_size": "290",
            "epochs": "999",
            "lr": "0.04",
            "seed": "2",
            "patience": "91",
        },
        streams=False,
    ),
}
"""Another learner of a command, by what its command line begins with."""

EVERY = TRAININGS | NETWORKS


def write_tokens(path: Path, lines: int, seed: int = 0, labels: Sequence[str] = ("",)) -> Path:
    """Lines of twelve tokens, a few of them frequent and many rare, behind each of the labels by turns."""
    generator = random.Random(seed)  # noqa: S311
    with path.open("w") as file:
        for number in range(lines):
            words = (f"w{int(generator.paretovariate(0.7)) % 3000}" for _ in range(12))
            file.write(labels[number % len(labels)] + " ".join(words) + "\n")
    return path


@dataclass(frozen=True)
class Work:
    """A training of `EVERY`, by its name, its text and its held-out text."""

    name: str
    text: Path
    valid: Path

    @classmethod
    def written(cls, name: str, folder: Path) -> Work:
        """With its texts written into `folder`."""
        labels = EVERY[name].labels
        text = write_tokens(folder / "tokens", 1500 if IS_LONG else 300, labels=labels)
        return cls(name, text, write_tokens(folder / "valid", 30, 1, labels))

    @property
    def training(self) -> Training:
        """How the command is tortured."""
        return EVERY[self.name]

    @property
    def command(self) -> str:
        """The command alone."""
        return self.name.split()[0]

    def words(self, model: Path, *more: str) -> list[str]:
        """The command line, which goes on from a checkpoint if there is one."""
        files = ("--valid", str(self.valid), "-o", str(model), str(self.text))
        return [*self.name.split(), *self.training.options, "--resume", "-v", *more, *files]

    def start(self, model: Path, *more: str) -> Forked:
        """Start to train `model`; an interpreter would take longer to start than a short training takes."""
        return Forked(tuple(self.words(model, *more)), CLOSED)


def patience(seconds: float) -> float:
    """How long may take now what is promised within `seconds` where each process has a core."""
    with open("/proc/loadavg") as file:  # noqa: PTH123
        load, _, _, running, _ = file.read().split()
    return seconds * max(1.0, (float(load) + int(running.split("/")[0])) / (os.cpu_count() or 1))
