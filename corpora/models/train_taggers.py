"""Train the shipped taggers by tag-train: `make taggers GSD=FOLDER EWT=FOLDER WIKIGOLD=FILE`.

GSD has {train,dev,test}.iob2 of the Chinese treebank, EWT en_ewt-ud-{train,dev,test}.conllu of the English,
WIKIGOLD columns of word and entity. Where there is a development part, tags are fitted to it.
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
    """What a tagger learns: `task`, from `data` of which description and licence are told; its `scores`.

    `options` are further ones of tag-train.
    """

    task: str
    data: str
    description: str
    licence: str
    scores: tuple[str, ...]
    options: tuple[str, ...] = ()


class Parts(NamedTuple):
    """The files of a text: to learn from, to be judged by, and to choose an epoch by, if there is one."""

    train: Path
    test: Path
    valid: Path | None = None


_SEGMENT, _PARTS = "segment", ("train", "test", "dev")
OF_SPANS = ("precision", "recall", "f1")
TAGGERS = {
    "zh-words": Tagger(
        _SEGMENT,
        "gsd",
        "words of the training part of Universal Dependencies Chinese GSDSimp (Wikipedia, simplified)",
        "CC BY-SA 4.0, as the treebank is",
        OF_SPANS,
    ),
    "zh-entities": Tagger(
        "entities",
        "gsd",
        "names in the training part of Universal NER Chinese GSDSimp (Wikipedia, simplified)",
        "CC BY-SA 4.0, as the treebank is",
        OF_SPANS,
    ),
    "en-pos": Tagger(
        "tag",
        "ewt",
        "words and parts of speech of the training part of Universal Dependencies English EWT 2.16 (weblogs, "
        "newsgroups, e-mail, reviews, answers)",
        "CC BY-SA 4.0, as the treebank is",
        ("accuracy",),
    ),
    "en-entities": Tagger(
        "entities",
        "wikigold",
        "names in the first nine tenths of the sentences of WikiGold (Wikipedia), the rest is the test part; "
        "groups of the words of en-vectors",
        "CC BY-SA 4.0, as en-vectors are; WikiGold is CC BY 4.0",
        OF_SPANS,
        ("--vectors", "en-vectors"),
    ),
}


def main() -> None:
    """Train each tagger, judge it by the test part of its data, and write it with what is told of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gsd", type=Path, required=True)
    parser.add_argument("--ewt", type=Path, required=True)
    parser.add_argument("--wikigold", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=corpora.model_path().parent)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = {
            "gsd": Parts(*(arguments.gsd / f"{part}.iob2" for part in _PARTS)),
            "ewt": Parts(*(arguments.ewt / f"en_ewt-ud-{part}.conllu" for part in _PARTS)),
            "wikigold": _parts(arguments.wikigold, Path(folder)),
        }
        for name, tagger in TAGGERS.items():
            make(tagger, parts[tagger.data], arguments.output / f"{name}.model")


def _parts(whole: Path, folder: Path) -> Parts:
    """Files of the first nine tenths and of the last tenth of the sentences in columns."""
    sentences = whole.read_text(encoding="utf-8").strip().split("\n\n")
    end, train, test = len(sentences) * 9 // 10, folder / "train.conll", folder / "test.conll"
    for path, part in ((train, sentences[:end]), (test, sentences[end:])):
        path.write_text("\n\n".join(part) + "\n", encoding="utf-8")
    return Parts(train, test)


def make(tagger: Tagger, parts: Parts, output: Path) -> None:
    """What tag-train writes, array for array, with data and scores in its metadata."""
    with tempfile.TemporaryDirectory() as folder:
        trained, judged = f"{folder}/trained.model", Path(folder, "judged.json")
        valid = ["--valid", str(parts.valid)] if parts.valid and tagger.task != _SEGMENT else []
        _run("tag-train", "--task", tagger.task, *tagger.options, *valid, "-o", trained, str(parts.train))
        _run("tag-eval", "--task", tagger.task, "-m", trained, "-o", str(judged), str(parts.test))
        report, model = json.loads(judged.read_text()), open_model(trained)
        scores = {"test_part": {name: report[name] for name in tagger.scores}}
        about: dict[str, Any] = {
            "data": {"description": tagger.description, "licence": tagger.licence},
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
