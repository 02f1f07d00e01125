"""Who trains: nlptool and its peers, all told the same settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .harness import NLPTOOL, ChildFailedError, Run, module, run_child
from .texts import corpus, misspelt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .harness import Setting

    Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Trained:
    """A training run: the process, its words a second in training alone, and how good the vectors are."""

    run: Run
    words_per_second: float
    quality: dict[str, Any]


def nlptool(setting: Setting, text: Path, settings: Settings) -> Trained:
    """`nlptool w2v-train`; a setting that is true is a flag, one that is None is left out."""
    vectors = setting.folder / "nlptool.model"
    options = [
        f"--{name}" if value is True else f"--{name}={value}" for name, value in settings.items() if value
    ]
    done = run_child(setting, [NLPTOOL, "w2v-train", *options, "--log-json", "-o", str(vectors), str(text)])
    judged = quality(setting, vectors)
    if settings.get("subwords"):
        judged["misspelt"] = _found(setting, vectors, misspelt(text, settings["min-count"]))
    return Trained(done, last_speed(done.stderr), judged)


def peer(name: str, setting: Setting, text: Path, settings: Settings) -> Trained:
    """The peer whose module is `NAME_train`."""
    vectors = setting.folder / f"{name}.vectors"
    given = json.dumps({key: value for key, value in settings.items() if value is not None})
    done = run_child(setting, module(f"{name}_train", str(text), str(vectors), given))
    told = json.loads(done.stdout)
    return Trained(done, told.pop("words_per_second"), quality(setting, vectors) | told)


def trained_speed(
    setting: Setting, command: str, text: Path, model: Path, settings: Settings, _round: int
) -> float:
    """Tokens a second of an epoch by nlptool's `command`.

    A shard for each worker: that is how a batch is shared out, as PyTorch shares it among its threads.
    """
    options = [f"--{name}={value}" for name, value in settings.items()]
    options += [f"--shards={settings['workers']}", "--epochs=1", "--log-json"]
    return last_speed(run_child(setting, [NLPTOOL, command, *options, "-o", str(model), str(text)]).stderr)


def told_speed(setting: Setting, command: Sequence[str], _round: int) -> float:
    """Tokens a second, as the module of a contestant prints them."""
    return float(json.loads(run_child(setting, command).stdout)["tokens_per_second"])


def last_speed(log: str) -> float:
    """The `tokens_per_second` of the last line of `--log-json` that has it; it is over all of training."""
    records = (json.loads(line) for line in reversed(log.splitlines()) if line.startswith("{"))
    for record in records:
        if "tokens_per_second" in record:
            return float(record["tokens_per_second"])
    raise ChildFailedError("nlptool --log-json told no tokens_per_second")


def quality(setting: Setting, vectors: Path) -> dict[str, Any]:
    """Analogies (in percent) and similarity, judged by `nlptool w2v-eval` for all alike."""
    tests = corpus("en/questions-words.txt"), corpus("en/wordsim353.tsv")
    options = ["--analogies", str(tests[0]), "--similarity", str(tests[1])]
    command = [NLPTOOL, "w2v-eval", "-m", str(vectors), *options]
    report = json.loads(run_child(setting, command).stdout)
    analogies, similarity = report["analogies"][0], report["similarity"][0]
    return {
        "analogies": 100 * analogies["accuracy"],
        "questions": analogies["asked"],
        "similarity": similarity["spearman"],
        "pairs": similarity["pairs"],
    }


def _found(setting: Setting, vectors: Path, pairs: Sequence[tuple[str, str]]) -> float:
    """Percent of the misspelt words that have the right one among the ten nearest."""
    queries = setting.folder / "misspelt.txt"
    queries.write_text("".join(f"{wrong}\n" for wrong, _ in pairs), encoding="utf-8")
    command = [NLPTOOL, "similar", "-m", str(vectors), "--input-format", "text", "--format", "jsonl"]
    with queries.open("rb") as file:
        records = run_child(setting, command, stdin=file).stdout.splitlines()
    nearest = [{near["word"] for near in json.loads(record)["neighbours"]} for record in records]
    found = sum(right in words for (_, right), words in zip(pairs, nearest, strict=True))
    return 100 * found / len(pairs)
