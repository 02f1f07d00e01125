"""Train the shipped taggers by tag-train's defaults: `make taggers GSD=FOLDER EWT=FOLDER`.

GSD has train.iob2 and test.iob2 of the Chinese treebank, EWT en_ewt-ud-{train,test}.conllu of the English.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import corpora
from cli.commands import cli
from cli.console import Console
from cli.io.writing import open_binary_output
from nlp.storage.model_file import open_model, write_model


class Tagger(NamedTuple):
    """What a tagger learns: `task`, the files of a treebank, what to tell of them, and which `scores`."""

    task: str
    train: str
    test: str
    scores: tuple[str, ...]
    description: str


LICENCE = "CC BY-SA 4.0, as the treebank is"
TAGGERS = {
    corpora.DEFAULT_SEGMENTER: Tagger(
        "segment",
        "train.iob2",
        "test.iob2",
        ("precision", "recall", "f1"),
        "words of the training part of Universal Dependencies Chinese GSDSimp (Wikipedia, simplified)",
    ),
    corpora.DEFAULT_TAGGER: Tagger(
        "tag",
        "en_ewt-ud-train.conllu",
        "en_ewt-ud-test.conllu",
        ("accuracy",),
        "words and parts of speech of the training part of Universal Dependencies English EWT 2.16 (weblogs, "
        "newsgroups, e-mail, reviews, answers)",
    ),
}


def main() -> None:
    """Train each tagger, judge it by the test part of its treebank, and write it with what is told of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gsd", type=Path, required=True)
    parser.add_argument("--ewt", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=corpora.model_path().parent)
    arguments = parser.parse_args()
    for name, folder in ((corpora.DEFAULT_SEGMENTER, arguments.gsd), (corpora.DEFAULT_TAGGER, arguments.ewt)):
        make(TAGGERS[name], folder, arguments.output / f"{name}.model")


def make(tagger: Tagger, treebank: Path, output: Path) -> None:
    """What tag-train writes, array for array, with data and scores in its metadata."""
    with tempfile.TemporaryDirectory() as folder:
        trained, judged = f"{folder}/trained.model", Path(folder, "judged.json")
        _run("tag-train", "--task", tagger.task, "-o", trained, str(treebank / tagger.train))
        _run("tag-eval", "-m", trained, "-o", str(judged), str(treebank / tagger.test))
        report, model = json.loads(judged.read_text()), open_model(trained)
        scores = {"test_part": {name: report[name] for name in tagger.scores}}
        about: dict[str, Any] = {
            "data": {"description": tagger.description, "licence": LICENCE},
            **{name: value for name, value in model.metadata.items() if name != "arrays"},
            "scores": scores,
        }
        arrays = {name: model.array(name) for name in model.metadata["arrays"]}
        with open_binary_output(str(output)) as writer:
            write_model(writer, model.kind, about, arrays)
    sys.stdout.write(f"{output}: {scores}\n")


def _run(*arguments: str) -> None:
    cli.main([*arguments], prog_name="nlptool", obj=Console.for_words([*arguments]), standalone_mode=False)


if __name__ == "__main__":
    main()
