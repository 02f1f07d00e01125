"""`nlptool export`: every format comes back as the same vectors."""

from __future__ import annotations

import gzip
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.commands.export import OF_VECTORS
from nlp.vectors.files import load_vectors
from tests.cli.running import SAMPLES
from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

WORDS = {"the": (1, 0.1), "我": (-2, 1e-8), "New York": (0, 3e8)}
_SPACES = (
    "nlptool: warning: 1 word written with _ for white space, which ends a word there: "
    "'New York' as 'New_York'\n"
)
TOLD = {"npy": "", "safetensors": "", "word2vec-text": _SPACES, "word2vec-binary": _SPACES}
JOINED = {"npy": "New York", "safetensors": "New York"}

needs_safetensors = pytest.mark.skipif(
    importlib.util.find_spec("safetensors") is None, reason="the extra [export] is not installed"
)
every_format = pytest.mark.parametrize(
    "form",
    [pytest.param(one, marks=[needs_safetensors] if one == "safetensors" else []) for one in OF_VECTORS],
)


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write_words(tmp_path / "words.model", WORDS)


@every_format
def test_every_format_is_read_again(form: str, model: str, tmp_path: Path, nlptool: Nlptool) -> None:
    target = str(tmp_path / "out.npy")
    assert nlptool("export", "--to", form, "-o", target, model) == (0, "", TOLD[form])
    loaded = load_vectors(target)
    assert loaded.vocabulary.words == ["the", "我", JOINED.get(form, "New_York")]
    assert loaded.matrix.tobytes() == load_vectors(model).matrix.tobytes()
    again = str(tmp_path / "again.npy")
    assert nlptool("export", "--to", form, "-o", again, target).status == 0
    assert Path(again).read_bytes() == Path(target).read_bytes()


def test_text_is_the_default_and_goes_to_stdout(model: str, nlptool: Nlptool) -> None:
    expected = "3 2\nthe 1 0.100000001\n我 -2 9.99999994e-09\nNew_York 0 300000000\n"
    assert nlptool("export", model) == (0, expected, TOLD["word2vec-text"])


@every_format
def test_the_ending_says_the_format(form: str, model: str, tmp_path: Path, nlptool: Nlptool) -> None:
    endings = {
        "npy": ".npy",
        "safetensors": ".safetensors",
        "word2vec-binary": ".bin",
        "word2vec-text": ".vec",
    }
    told, guessed = tmp_path / "told", tmp_path / f"guessed{endings[form]}"
    assert nlptool("export", "--to", form, "-o", str(told), model).status == 0
    assert nlptool("export", "-o", str(guessed), model) == (0, "", TOLD[form])
    assert guessed.read_bytes() == told.read_bytes()


@pytest.mark.parametrize(("form", "files"), [("npy", {"out", "out.words.txt"}), ("word2vec-text", {"out"})])
def test_only_npy_has_its_words_beside(
    form: str, files: set[str], model: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    (tmp_path / "folder").mkdir()
    nlptool("export", "--to", form, "-o", str(tmp_path / "folder" / "out"), model)
    assert set(os.listdir(tmp_path / "folder")) == files  # noqa: PTH208  names, not paths


def test_a_device_has_nothing_beside(model: str, nlptool: Nlptool) -> None:
    assert nlptool("export", "--to", "npy", "-o", "/dev/null", model) == (0, "", "")
    if Path("/dev/shm").is_dir():  # noqa: S108  files in memory are files
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            assert nlptool("export", "-o", f"{folder}/x.npy", model).status == 0
            assert {path.name for path in Path(folder).iterdir()} == {"x.npy", "x.words.txt"}


def test_a_pipe_is_no_model(tmp_path: Path, nlptool: Nlptool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = nlptool("export", str(pipe))
    assert (result.status, result.stdout) == (1, "")
    assert "not a regular file" in result.stderr  # and nobody waited for a writer


def test_an_absent_extra_is_named(
    model: str, tmp_path: Path, nlptool: Nlptool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes safetensors itself, but what another tool wrote is read by that format's own library."""
    target = str(tmp_path / "out.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    assert nlptool("export", "-o", target, model) == (0, "", "")
    result = nlptool("export", "--to", "npy", target)
    assert (result.status, result.stdout) == (1, "")
    assert "-m pip install safetensors" in result.stderr


@pytest.mark.parametrize("form", ["word2vec-text", "word2vec-binary"])
def test_words_that_would_have_one_name_are_refused(form: str, tmp_path: Path, nlptool: Nlptool) -> None:
    target, model = tmp_path / "out", write_words(tmp_path / "m", {"new york": (1, 0), "new_york": (0, 1)})
    target.write_text("old")
    result = nlptool("export", "--to", form, "-o", str(target), model)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "'new york' and 'new_york' would both be called 'new_york'" in result.stderr
    assert target.read_text() == "old"
    assert nlptool("export", "-o", str(tmp_path / "out.npy"), model).status == 0
    assert list(load_vectors(str(tmp_path / "out.npy")).vocabulary.words) == ["new york", "new_york"]


@pytest.mark.parametrize("compression", [".gz", ".bz2", ".xz"])
def test_the_ending_says_the_format_under_a_compression(
    compression: str, model: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    for ending, form in ((".bin", "word2vec-binary"), (".vec", "word2vec-text")):
        target = str(tmp_path / f"out{ending}{compression}")
        assert nlptool("export", "-o", target, model).status == 0
        assert load_vectors(target).metadata["format"] == form
    result = nlptool("export", "-o", str(tmp_path / f"out.npy{compression}"), model)
    assert (result.status, result.stdout) == (2, "")
    assert "npy is mapped into memory, so it is not compressed" in result.stderr


def test_a_limit_writes_the_first_words(model: str, nlptool: Nlptool) -> None:
    assert nlptool("export", "--limit", "1", model) == (0, "1 2\nthe 1 0.100000001\n", "")


@pytest.mark.parametrize("ending", [".json", ".jsonl.gz", ".TSV"])
def test_no_vectors_under_the_name_of_records(
    ending: str, model: str, tmp_path: Path, nlptool: Nlptool
) -> None:
    target = tmp_path / f"x{ending}"
    result = nlptool("export", model, "-o", str(target))
    assert result.status == 2
    assert f"vectors are not written as {ending.removesuffix('.gz').lower()}; name a format" in result.stderr
    assert not target.exists()
    assert nlptool("export", model, "--to", "word2vec-text", "-o", str(target)).status == 0


def test_ngrams_are_written_as_arpa(language_model: Path, tmp_path: Path, nlptool: Nlptool) -> None:
    """By its ending or --to, by export or by the training itself: the same bytes, and the same scores."""
    told, guessed, packed = (str(tmp_path / name) for name in ("told", "guessed.arpa", "packed.arpa.gz"))
    assert nlptool("export", "--to", "arpa", "-o", told, str(language_model)) == (0, "", "")
    assert nlptool("export", "-o", guessed, "-m", str(language_model)) == (0, "", "")
    trained = SAMPLES["ngram-train"].stdin
    assert nlptool("ngram-train", "-q", "-o", packed, stdin=trained) == (0, "", "")
    assert Path(told).read_bytes() == Path(guessed).read_bytes() == gzip.decompress(Path(packed).read_bytes())
    assert nlptool("export", "--to", "arpa", packed).stdout == Path(told).read_text(encoding="utf-8")
    scores = [nlptool("score", "-m", one, stdin=trained) for one in (str(language_model), guessed, packed)]
    assert scores[0].status == 0
    assert scores == scores[:1] * 3
    mixed = nlptool("score", "-m", str(language_model), "--mix", f"{packed}:0.5", stdin=trained)
    assert (mixed.status, mixed.stderr) == (0, "")


def test_arpa_is_of_ngrams_of_words(model: str, tmp_path: Path, nlptool: Nlptool) -> None:
    nothing = nlptool("export", "--to", "arpa")
    assert nothing.status == 2
    assert "--to arpa is for n-grams; name a MODEL of ngram-train" in nothing.stderr
    vectors = nlptool("export", "--to", "arpa", model)
    assert (vectors.status, vectors.stdout) == (1, "")
    assert (
        "a model of kind 'word-vectors', but this command needs one of kind 'ngram-model'" in vectors.stderr
    )
    characters = nlptool("ngram-train", "--level", "char", "-o", str(tmp_path / "m.arpa"), stdin="ab\n")
    assert characters.status == 2
    assert "ARPA has sentences of words, and no other tokens" in characters.stderr
    assert not (tmp_path / "m.arpa").exists()
