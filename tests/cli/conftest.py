"""A model for the commands that need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.forking import run
from tests.cli.inside import nlptool
from tests.cli.running import SAMPLES, TAGGED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Arguments = Callable[[str], list[str]]

__all__ = ["index", "language_model", "learning_folder", "model", "nlptool", "tag_model"]


@pytest.fixture
def learning_folder(tmp_path: Path) -> Path:
    """A folder with a `text` to learn from, and `valid`, a held-out one."""
    lines = b"the king rode out at dawn\nthe queen rode out at noon\nthe king and the queen ate bread\n"
    (tmp_path / "text").write_bytes(lines * 8)
    (tmp_path / "valid").write_bytes(b"the queen ate bread at dawn\nthe king rode out\n")
    return tmp_path


def _trained(command: str, path: Path) -> Path:
    """The model that the sample of a training makes."""
    sample = SAMPLES[command]
    result = run(command, *sample.arguments[:-1], str(path), stdin=sample.stdin)
    assert result.returncode == 0, result.stderr.decode()
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("w2v-train", tmp_path_factory.mktemp("model") / "tiny.model")


@pytest.fixture(scope="session")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("ngram-train", tmp_path_factory.mktemp("model") / "tiny.ngrams")


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("classify-train", tmp_path_factory.mktemp("model") / "tiny.classifier")


@pytest.fixture(scope="session")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("seq2seq-train", tmp_path_factory.mktemp("model") / "tiny.translator")


@pytest.fixture(scope="session")
def tag_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("model") / "tiny.tagger"
    result = run("tag-train", "--bits", "12", "-o", str(path), stdin=TAGGED)
    assert result.returncode == 0, result.stderr.decode()
    return path


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _trained("index", tmp_path_factory.mktemp("model") / "tiny.index")


@pytest.fixture(scope="session")
def qrels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which documents of the index answer which query."""
    path: Path = tmp_path_factory.mktemp("judged") / "qrels"
    path.write_text("1 0 1 2\n2 0 1 1\n")
    return path


@pytest.fixture
def arguments(
    model: Path,
    language_model: Path,
    classifier: Path,
    translator: Path,
    tag_model: Path,
    index: Path,
    qrels: Path,
    tmp_path: Path,
) -> Arguments:
    """The words of a command's sample, with its model and output filled in."""
    return lambda name: [
        name,
        *(
            word.format(
                model=model,
                language_model=language_model,
                classifier=classifier,
                translator=translator,
                tag_model=tag_model,
                index=index,
                qrels=qrels,
                output=tmp_path / "output",
            )
            for word in SAMPLES[name].arguments
        ),
    ]
