"""What a training command refuses before it reads: files that would be lost, text that is not there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from nlp.storage.model_file import write_model

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TEXT = "a b c a b c\n" * 20
SETTINGS = ("--min-count", "1", "--dim", "4", "--epochs", "1", "-q")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("option", ["--output", "--checkpoint"])
@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "transformer-train"])
def test_the_text_is_not_written_over(option: str, command: str, nlptool: Nlptool, corpus: Path) -> None:
    link = corpus.with_name("link")
    link.symlink_to(corpus)
    for path in (corpus, link):
        for text in ([str(corpus)], ["--valid", str(corpus), "-"]):
            options = ["-o", str(corpus.with_name("model")), option, str(path), *text]
            result = nlptool(command, "-q", *options, stdin=TEXT)
            assert result.status == 2
            assert f"{option} would replace {corpus}, which is read" in result.stderr
    assert corpus.read_text() == TEXT


def test_a_checkpoint_replaces_checkpoints_only(nlptool: Nlptool, corpus: Path) -> None:
    other_kind = corpus.with_name("other")
    with other_kind.open("wb") as file:
        write_model(file, "rnn-checkpoint", {}, {})
    precious = corpus.with_name("precious")
    precious.write_text("years of work\n")
    for path in (precious, other_kind):
        before = path.read_bytes()
        options = ("--checkpoint", str(path), "-o", str(corpus.with_name("model")))
        for resume in ((), ("--resume",)):
            result = nlptool("w2v-train", *SETTINGS, *options, *resume, str(corpus))
            assert result.status == 1
            assert str(path) in result.stderr
            assert path.read_bytes() == before
    assert "not a checkpoint of this command" in nlptool("w2v-train", *SETTINGS, *options, str(corpus)).stderr


def test_a_link_to_the_output_is_no_checkpoint(nlptool: Nlptool, corpus: Path) -> None:
    model = corpus.with_name("model")
    same = f"{model.parent}/./model"
    result = nlptool("w2v-train", *SETTINGS, "--checkpoint", same, "-o", str(model), str(corpus))
    assert result.status == 2
    assert "--checkpoint and --output name the same file" in result.stderr


@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "transformer-train"])
def test_held_out_text_is_looked_for_before_the_text_is_read(
    command: str, nlptool: Nlptool, corpus: Path
) -> None:
    missing, model = str(corpus.with_name("missing")), str(corpus.with_name("model"))
    result = nlptool(command, "-q", "--valid", missing, "-o", model, stdin=b"\xff")
    assert (result.status, result.stderr) == (1, f"nlptool: {missing}: No such file or directory\n")


def test_stdin_is_not_both_texts(nlptool: Nlptool, corpus: Path) -> None:
    model = str(corpus.with_name("model"))
    for files in ((), ("-",), (str(corpus), "-")):
        result = nlptool("w2v-train", *SETTINGS, "--valid", "-", "-o", model, *files, stdin=TEXT)
        assert result.status == 2
        assert "the text and --valid are both stdin" in result.stderr
    options = (*SETTINGS, "--valid", "-", "-o", model, str(corpus))
    assert nlptool("w2v-train", *options, stdin=TEXT).status == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--lr", "nan"), "nan is not a finite number"),
        (("--lr", "inf"), "inf is not in the range 0<x<=1000"),
        (("--subsample", "nan"), "nan is not a finite number"),
        (("--subsample", "2"), "2.0 is not in the range 0<=x<=1"),
        (("--phrases", "--phrase-threshold", "inf"), "inf is not a finite number"),
    ],
)
def test_options_that_mean_nothing_are_wrong_usage(
    options: tuple[str, ...], message: str, nlptool: Nlptool, corpus: Path
) -> None:
    model = corpus.with_name("model")
    result = nlptool("w2v-train", *SETTINGS, *options, "-o", str(model), str(corpus))
    assert result.status == 2
    assert message in result.stderr
    assert not model.exists()


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        (("--phrase-threshold", "5"), "--phrase-threshold changes nothing without --phrases"),
        (("--loss", "hs", "--negatives", "7"), "--negatives changes nothing with --loss hs"),
        (("--maxn", "4"), "--maxn changes nothing without --subwords"),
    ],
)
def test_options_without_effect_are_told(
    options: tuple[str, ...], warning: str, nlptool: Nlptool, corpus: Path
) -> None:
    loud = [option for option in SETTINGS if option != "-q"]
    result = nlptool("w2v-train", *loud, *options, "-o", str(corpus.with_name("model")), str(corpus))
    assert result.status == 0
    assert f"nlptool: warning: {warning}\n" in result.stderr


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "transformer-train", "ngram-train"])
def test_of_a_compressed_model_is_told_before_the_work_what_it_takes_to_use_it(
    ending: str, command: str, nlptool: Nlptool, corpus: Path
) -> None:
    model = f"{corpus.with_name('model')}.{ending}"
    told, *failed = nlptool(command, "-o", model, stdin=b"\xff").stderr.splitlines()
    assert told.startswith(f"nlptool: warning: {model}: a compressed model has to be decompressed before use")
    assert failed


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "transformer-train"])
def test_a_checkpoint_is_not_compressed(ending: str, command: str, nlptool: Nlptool, corpus: Path) -> None:
    model = str(corpus.with_name("model"))
    result = nlptool(command, "--checkpoint", f"{model}.ckpt.{ending}", "-o", model, stdin=b"\xff")
    assert result.status == 2
    assert f"--checkpoint {model}.ckpt.{ending}: a checkpoint cannot be compressed" in result.stderr
    assert list(corpus.parent.iterdir()) == [corpus]


@pytest.mark.parametrize("command", ["w2v-train", "rnn-train", "transformer-train"])
@pytest.mark.parametrize("options", [(), ("-o", "-"), ("--resume", "--checkpoint-every", "1")])
def test_a_dry_run_needs_no_output(
    command: str, options: tuple[str, ...], nlptool: Nlptool, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus.parent)
    status, stdout, stderr = nlptool(command, "--dry-run", *options, "--min-count", "1", str(corpus))
    assert status == 0
    assert "memory_bytes\t" in stdout
    assert "bytes at least; measuring the first steps" in stderr
    assert list(corpus.parent.iterdir()) == [corpus]


@pytest.mark.parametrize(
    ("command", "options", "parameters"),
    [("w2v-train", ("--dim", "4096"), 2 * 3 * 4096), ("rnn-train", ("--hidden", "90000"), None)],
)
def test_of_a_model_without_room_a_dry_run_tells_what_follows_from_the_settings(
    command: str,
    options: tuple[str, ...],
    parameters: int | None,
    nlptool: Nlptool,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Making it would end the process, or the machine."""
    monkeypatch.setattr("os.sysconf", lambda _: 256)
    words = (command, "--dry-run", "--min-count", "1", *options, str(corpus))
    status, stdout, stderr = nlptool(*words)
    figures = dict(line.split("\t") for line in stdout.splitlines())
    assert status == 0
    assert parameters is None or int(figures["parameters"]) == parameters
    assert int(figures["memory_bytes"]) >= int(figures["model_bytes"]) == 4 * int(figures["parameters"])
    assert "seconds" not in figures
    assert f"warning: {int(figures['memory_bytes']):,} bytes of memory are needed at least, and" in stderr
    assert "no step is measured" in stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is told its cores")
@pytest.mark.parametrize(
    ("options", "workers"), [((), 3), (("--workers", "auto"), 3), (("--workers", "2"), 2)]
)
def test_as_many_workers_as_cores_train_unless_told_otherwise(
    options: tuple[str, ...], workers: int, nlptool: Nlptool, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 4, 7})
    model = str(corpus.with_name("model"))
    small = ("--hidden", "4", "--embed-dim", "4", "--batch-size", "4", "--bptt", "4", "--epochs", "1")
    words = ("rnn-train", "-v", "--no-progress", "--shards", "4", *small, "-o", model, *options)
    assert f"workers: {workers}, for" in nlptool(*words, str(corpus)).stderr


@pytest.mark.parametrize("workers", ["0", "65", "all", "Auto"])
def test_workers_are_a_number_or_auto(workers: str, nlptool: Nlptool) -> None:
    result = nlptool("w2v-train", "--workers", workers, "-o", "none", stdin="a b\n")
    assert result.status == 2
    assert "Invalid value for '--workers'" in result.stderr
