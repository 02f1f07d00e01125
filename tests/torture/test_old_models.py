"""Models of every format version that was ever released, each as its nlptool wrote it: they stay readable.

A new version, or a new kind of model once it is released, adds its file to `old-models` and a line to `OLD`;
none is ever written again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from nlp.storage.model_file import VERSION
from tests.cli.running import SAMPLES

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool
    from tests.conftest import Figure
    from tests.torture.conftest import Filled

FOLDER = Path(__file__).parent / "old-models"


class Old(NamedTuple):
    """An old model: the start of its SHA-256, a question to it, and the words and scores of its answer."""

    sha256: str
    question: tuple[str, ...]
    answer: dict[str, float]


OLD = {
    "version-1.word-vectors": Old(
        "f6d1b53ca1eee395", ("similar", "-k", "3", "king"), {"and": 0.9977, "out": 0.9877, "noon": 0.9851}
    ),
    "version-1.subwords": Old(
        "81612dd335254383", ("similar", "-k", "3", "kingz"), {"king": 0.7317, "bread": 0.716, "queen": 0.6826}
    ),
    "version-1.eight-bits": Old(
        "06baf5e2545b2c73", ("similar", "-k", "3", "king"), {"and": 0.9976, "out": 0.9876, "noon": 0.9854}
    ),
}


def test_old_models_answer_as_they_did(nlptool: Nlptool, figure: Figure) -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(OLD)
    for name, old in OLD.items():
        path = FOLDER / f"{name}.model"
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(old.sha256), (
            "an old model was changed"
        )
        assert nlptool("info", "--verify", str(path)).status == 0
        status, stdout, stderr = nlptool(*old.question, "-m", str(path))
        assert (status, stderr) == (0, ""), name
        answer = dict(line.split("\t") for line in stdout.splitlines())
        assert {word: float(score) for word, score in answer.items()} == pytest.approx(old.answer, abs=2e-4)
    figure(18, f"{len(OLD)} models of version 1 answer as they did; this nlptool writes version {VERSION}")


def with_version(path: Path, version: int) -> None:
    """Write the version of a model anew, checksum and all, as a later nlptool would."""
    data = path.read_bytes()
    start = data.index(b'{\n "format"')
    end = data.index(b"}PK", start) + 1
    text = data[start:end]
    changed = text.replace(b'"version": 1', b'"version": %d' % version)
    assert len(changed) == len(text)
    assert changed != text
    old, new = (hashlib.sha256(one).hexdigest().encode() for one in (text, changed))
    path.write_bytes(data.replace(text, changed).replace(old, new))


def test_every_command_refuses_a_newer_version(
    filled: Filled, nlptool: Nlptool, tmp_path: Path, figure: Figure
) -> None:
    """Told by both numbers, by every command that reads a model."""
    refusing = {
        name for name, sample in SAMPLES.items() if any("model}" in word for word in sample.arguments)
    }
    assert refusing >= {"similar", "analogy", "w2v-eval", "info", "export", "plot"}
    assert VERSION < 9
    for name in refusing:
        words = filled(SAMPLES[name].arguments)
        for number, word in enumerate(words):
            if Path(word).is_file():
                newer = tmp_path / "newer.model"
                newer.write_bytes(Path(word).read_bytes())
                with_version(newer, 9)
                words[number] = str(newer)
        outcome = nlptool(name, *words, stdin=SAMPLES[name].stdin)
        assert outcome.status == 1, (name, outcome)
        assert f"version 9, this nlptool reads up to {VERSION}; upgrade nlptool" in outcome.stderr, name
    figure(18, f"{len(refusing)} commands refuse version 9 by name")
