"""Filling gaps in Chinese news: the bidirectional model beside the same one forward only, and a 5-gram.

All are trained on the same lines, the two networks with the same settings, and asked for the same gaps of
lines held out. Left side alone is the argmax of P(x | left); both sides weigh it by what follows (Bayes).
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from .figures import US, Figure, Measure
from .harness import NLPTOOL, run_child, say
from .texts import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .harness import Setting

HELD_OUT = 20  # the last line of so many
GAPS = {1: 1500, 2: 300}
"""Characters of a gap → how many gaps."""
SETTINGS: dict[str, Any] = {
    "cell": "gru",
    "gru-reset": "after",
    "layers": 1,
    "hidden": 256,
    "embed-dim": 128,
    "min-count": 3,
    "batch-size": 16,
    "bptt": 40,
    "dropout": 0.3,
    "epochs": 8,
    "lr": 0.002,
    "lr-decay": 0.6,
    "decay-after": 3,
    "shards": 1,
}
ACCURACY = Measure("first candidate is right", "%", more_is_better=True, by_mean=True)
CPU = Measure("processor time of the training", "s")


class Question:
    """A line with a gap, and what stood there."""

    def __init__(self, line: str, length: int, generator: random.Random) -> None:
        start = generator.randrange(len(line) - length + 1)
        self.left, self.answer = line[:start], line[start : start + length]
        self.text = f"{self.left}{'_' * length}{line[start + length :]}"


def run(setting: Setting) -> Iterator[Figure]:
    """The accuracies, one seed for each repeat."""
    train, held_out = _divided(setting.folder)
    answers: dict[tuple[int, str], list[float]] = {}
    cpu: dict[str, list[float]] = {}
    for number in range(setting.times(1)):
        models = _trained(setting, train, number + 1, cpu)
        for length, count in GAPS.items():
            questions = _questions(held_out, length, count, number)
            for title, value in _accuracies(setting, models, questions, length):
                say(f"  {length}: {title}: {value:.1f} %")
                answers.setdefault((length, title), []).append(value)
    for (length, title), values in answers.items():
        if title != US:
            subject = f"gaps of {length}, {GAPS[length]:,} of them"
            yield Figure("fill", subject, ACCURACY, tuple(answers[length, US]), title, tuple(values))
    for title, seconds in cpu.items():
        if title != US:
            yield Figure("fill", "2.3 M characters", CPU, tuple(cpu[US]), title, tuple(seconds))


def _divided(folder: Path) -> tuple[Path, list[str]]:
    """The lines to train on, as a file, and those held out."""
    lines = corpus("zh/news.txt").read_text(encoding="utf-8").splitlines()
    cut = len(lines) - len(lines) // HELD_OUT
    path = folder / "news-train.txt"
    path.write_text("\n".join(lines[:cut]) + "\n", encoding="utf-8")
    return path, [line for line in lines[cut:] if "_" not in line and len(line) > max(GAPS)]


def _questions(lines: Sequence[str], length: int, count: int, seed: int) -> list[Question]:
    generator = random.Random(seed)  # noqa: S311
    return [Question(line, length, generator) for line in generator.sample(lines, count)]


def _trained(setting: Setting, train: Path, seed: int, cpu: dict[str, list[float]]) -> dict[str, str]:
    """The model files by title."""
    options = [f"--{name}={value}" for name, value in {**SETTINGS, "seed": seed}.items()]
    commands = {
        US: ["rnn-train", "--bidirectional", *options],
        "forward only": ["rnn-train", *options],
        "5-gram": ["ngram-train", "--level=char", "--order=5"],
    }
    models: dict[str, str] = {}
    for title, command in commands.items():
        say(f"  training: {title}")
        models[title] = str(setting.folder / f"{title.replace(' ', '-')}.model")
        done = run_child(setting, [NLPTOOL, *command, "-q", "-o", models[title], str(train)])
        cpu.setdefault(title, []).append(done.cpu)
    return models


def _accuracies(
    setting: Setting, models: Mapping[str, str], questions: Sequence[Question], length: int
) -> Iterator[tuple[str, float]]:
    """The share of right answers in percent, by who gave them."""
    for title, model in models.items():
        asked = _written(setting, [question.text for question in questions])
        command = ["fill", "--exact", "-k", "1", "--format", "jsonl", "--input-format", "text"]
        found = _records(setting, [*command, "-m", model, str(asked)])
        guesses = [record["gaps"][0]["candidates"][0]["text"] for record in found]
        yield title if title == US else f"{title}, both sides", _share(questions, guesses)
        if title != US and length == 1:
            prompts = _written(setting, [question.left for question in questions])
            command = ["generate", "-n", "1", "--temperature", "0", "--format", "jsonl", "-m", model]
            with prompts.open("rb") as file:
                found = _records(setting, [*command, "--input-format", "text"], file)
            yield f"{title}, left side", _share(questions, [record["generated"] for record in found])


def _records(setting: Setting, command: Sequence[str], stdin: Any = None) -> list[dict[str, Any]]:
    extra = {"stdin": stdin} if stdin else {}
    done = run_child(setting, [NLPTOOL, *command], **extra)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _share(questions: Sequence[Question], guesses: Sequence[str]) -> float:
    pairs = zip(questions, guesses, strict=True)
    return 100 * sum(question.answer == guess for question, guess in pairs) / len(questions)


def _written(setting: Setting, lines: Sequence[str]) -> Path:
    path = setting.folder / "asked.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
