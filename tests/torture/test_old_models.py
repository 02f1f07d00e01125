"""Models of every format version that was ever released, each as its nlptool wrote it: they stay readable.

A new version, or a new kind of model once it is released, adds its file to `old-models` and a line to `OLD`;
none is ever written again.
"""

from __future__ import annotations

import hashlib
import json
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
        "2081b20330fe6dc3", ("similar", "-k", "3", "king"), {"and": 0.9977, "out": 0.9877, "noon": 0.9851}
    ),
    "version-1.subwords": Old(
        "6f15251d416f8079", ("similar", "-k", "3", "kingz"), {"king": 0.7317, "bread": 0.716, "queen": 0.6826}
    ),
    "version-1.eight-bits": Old(
        "61a87951108dea90", ("similar", "-k", "3", "king"), {"and": 0.9976, "out": 0.9876, "noon": 0.9854}
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
    length = 8 + int.from_bytes(data[:8], "little")
    header, arrays = data[:length], data[length:]
    digest = json.loads(header[8:])["__metadata__"]["header_sha256"].encode()
    changed = header.replace(b'"version":"1"', b'"version":"%d"' % version)
    assert len(changed) == len(header)
    assert changed != header
    new = hashlib.sha256(changed.replace(digest, b"")).hexdigest().encode()
    path.write_bytes(changed.replace(digest, new) + arrays)


def test_every_command_refuses_a_newer_version(
    filled: Filled, nlptool: Nlptool, tmp_path: Path, figure: Figure
) -> None:
    """Told by both numbers, by every command that reads a model."""
    refusing = {
        name for name, sample in SAMPLES.items() if any("model}" in word for word in sample.arguments)
    }
    assert refusing >= {"similar", "analogy", "vectors", "cluster", "w2v-eval", "info", "export", "plot"}
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
