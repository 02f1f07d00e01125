"""`nlptool info`: the metadata as JSON, and with --verify every byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nlp
from tests.cli.word_model import write_words
from tests.nlp.ngrams.arpa_cases import ARPA

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


@pytest.mark.parametrize("command", ["info", "export"])
def test_the_environment_names_a_model_too(
    command: str, path: str, nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = nlptool(command, path)
    monkeypatch.setenv("NLPTOOL_MODEL", path)
    assert nlptool(command) == named
    monkeypatch.setenv("NLPTOOL_MODEL", "missing.model")
    assert nlptool(command).stderr == "nlptool: missing.model: No such file or directory\n"
    assert nlptool(command, path) == named


@pytest.mark.parametrize(
    ("metadata", "rate"),
    [
        ({"config": {"arch": "cbow", "loss": "ns", "lr": None}}, 0.2),
        ({"config": {"arch": "cbow", "loss": "ns", "lr": 0.3}}, 0.3),
        ({"config": {"cell": "gru"}, "training": {"optimizer": "sgd", "lr": None}}, 4.0),
        ({"config": {"cell": "gru"}, "training": {"optimizer": "sgd", "lr": 3.0}}, 3.0),
        ({"config": {"arch": [], "loss": "ns", "lr": None}}, None),
    ],
)
def test_the_learning_rate_that_was_used(
    metadata: dict[str, Any], rate: float | None, tmp_path: Path, nlptool: Nlptool
) -> None:
    """The settings hold what was asked for: null where that was the usual one."""
    model = write_words(tmp_path / "rated.model", {"a": (1, 0)}, **metadata)
    report = json.loads(nlptool("info", model).stdout)
    assert report["first_lr"] == rate
    assert {name: report[name] for name in metadata} == metadata


def test_what_was_not_trained_has_no_learning_rate(path: str, nlptool: Nlptool) -> None:
    assert "first_lr" not in json.loads(nlptool("info", path).stdout)


@pytest.mark.parametrize(
    ("name", "form", "compression"),
    [
        ("v.vec", "word2vec-text", {}),
        ("v.bin", "word2vec-binary", {}),
        ("v.gz", "word2vec-text", {"compression": "gzip"}),
    ],
)
def test_vectors_of_other_tools_have_a_size(
    name: str, form: str, compression: dict[str, str], tmp_path: Path, nlptool: Nlptool
) -> None:
    model = write_words(tmp_path / "m", {"the": (1, 2, 3), "我": (4, 5, 6)})
    path = str(tmp_path / name)
    assert nlptool("export", "-o", path, model).status == 0
    result = nlptool("info", path)
    assert (result.status, result.stderr) == (0, "")
    about = {"file": path, "kind": "word-vectors", "format": form, **compression, "words": 2, "dim": 3}
    assert json.loads(result.stdout) == about
    assert json.loads(nlptool("info", "--limit", "1", path).stdout)["words"] == 1
    assert "has no checksums" in nlptool("info", "--verify", path).stderr


def test_what_is_odd_about_a_file_of_vectors_is_told(tmp_path: Path, nlptool: Nlptool) -> None:
    (tmp_path / "v").write_text("3 2\na 1 2\nb nan 3\n")
    result = nlptool("info", str(tmp_path / "v"))
    assert (result.status, json.loads(result.stdout)["words"]) == (0, 1)
    assert result.stderr.count("warning: ") == 2
    (tmp_path / "v").write_text("2 2\na 1 2\nb 3\n")
    result = nlptool("info", str(tmp_path / "v"))
    assert (result.status, result.stdout) == (1, "")
    assert "v:3:1: expected a word and 2 numbers, found 1 number" in result.stderr


@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "ngram-train"])
def test_a_model_tells_what_made_it_and_of_which_text(command: str, nlptool: Nlptool, tmp_path: Path) -> None:
    text, model = "a b c d\n" * 50, tmp_path / "model"
    small = {"w2v-train": ("--min-count", "1", "--dim", "2"), "rnn-train": ("--hidden", "4", "--epochs", "1")}
    assert nlptool(command, "-q", *small.get(command, ()), "-o", str(model), stdin=text).status == 0
    report = json.loads(nlptool("info", str(model)).stdout)
    assert report["nlptool"] == nlp.__version__
    assert report["corpus"]["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_an_arpa_file_is_told_by_its_first_lines(tmp_path: Path, nlptool: Nlptool) -> None:
    (tmp_path / "m.arpa").write_text(ARPA.replace("-1.3\trode", "-1.3"))
    told = nlptool("info", str(tmp_path / "m.arpa"))
    assert (told.status, told.stderr) == (0, "")
    report = json.loads(told.stdout)
    assert (report["kind"], report["format"], report["ngrams"]) == ("ngram-model", "arpa", [6, 6, 3])
    read = nlptool("info", "--verify", str(tmp_path / "m.arpa"))
    assert (read.status, read.stdout, read.stderr.count("\n")) == (1, "", 1)
    assert "m.arpa:12: expected 2 more 1-grams" in read.stderr
    (tmp_path / "m.arpa").write_text(ARPA)
    assert "no checksums" in nlptool("info", "--verify", str(tmp_path / "m.arpa")).stderr
