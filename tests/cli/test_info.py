"""`nlptool info`: the metadata as JSON, and with --verify every byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool


@pytest.fixture
def path(tmp_path: Path) -> str:
    return write_words(tmp_path / "words.model", {"我": (1, 0.5), "b": (0, 1)}, config={"dim": 2}, note="é")


def test_the_metadata_are_json(path: str, nlptool: Nlptool) -> None:
    result = nlptool("info", path)
    report = json.loads(result.stdout)
    assert (result.status, result.stderr) == (0, "")
    assert list(report)[:2] == ["file", "kind"]
    assert (report["file"], report["kind"], report["config"]) == (path, "word-vectors", {"dim": 2})
    assert {name: array["shape"] for name, array in report["arrays"].items()} == {
        "words": [5],
        "counts": [2],
        "vectors": [2, 2],
    }
    assert '"é"' in result.stdout
    assert "verified" not in report


def test_verify_reads_every_byte(path: str, nlptool: Nlptool) -> None:
    """A flipped bit of a vector is not seen in the metadata."""
    assert json.loads(nlptool("info", "--verify", path).stdout)["verified"] is True
    data = bytearray(Path(path).read_bytes())
    data[data.index(bytes.fromhex("0000803f0000003f"))] ^= 1
    Path(path).write_bytes(data)
    assert nlptool("info", path).status == 0
    result = nlptool("info", "--verify", path)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "the bytes of 'vectors' are not those that were written" in result.stderr


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "it is empty"), (b"text\n", "not a model of nlptool, nor a part")]
)
def test_what_is_no_model_is_told(data: bytes, reason: str, tmp_path: Path, nlptool: Nlptool) -> None:
    (tmp_path / "m").write_bytes(data)
    result = nlptool("info", str(tmp_path / "m"))
    assert (result.status, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert reason in result.stderr
