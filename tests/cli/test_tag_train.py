"""`nlptool tag-train` and `tokenize --han words`: words are learnt, and found in text without spaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from numpy._core import _multiarray_umath as kernels  # type: ignore[attr-defined]

from tests.cli import forking
from tests.cli.running import answers, run
from tests.nlp.tagging import segmented

if TYPE_CHECKING:
    from tests.cli.inside import Nlptool

TEXT = "".join("  ".join(words) + "\n" for words in segmented.sentences(60))
SMALL = ("--task", "segment", "--bits", "14", "--batch-size", "40", "--epochs", "3")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("model") / "words.model")
    assert forking.run("tag-train", *SMALL, "-q", "-o", path, stdin=TEXT.encode()).returncode == 0
    return path


def test_every_form_of_the_same_words_is_learnt_alike(nlptool: Nlptool, tmp_path: Path, model: str) -> None:
    sentences = [line.split() for line in TEXT.splitlines()]
    columns = "".join("".join(f"{word}\tX\n" for word in words) + "\n" for words in sentences)
    path = str(tmp_path / "again.model")
    assert nlptool("tag-train", *SMALL, "-q", "-o", path, stdin=TEXT.replace("  ", "\u3000")).status == 0
    again, first = (json.loads(nlptool("info", one).stdout) for one in (path, model))
    assert again["arrays"] == first["arrays"]
    assert nlptool("tag-train", *SMALL, "-q", "-o", path, stdin=columns).status == 0
    assert json.loads(nlptool("info", path).stdout)["arrays"] == first["arrays"]


def test_its_progress_and_its_figures_are_told(nlptool: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "valid").write_text(TEXT, encoding="utf-8")
    path = str(tmp_path / "m")
    outcome = nlptool(
        "tag-train", *SMALL, "--valid", str(tmp_path / "valid"), "--log-json", "-o", path, stdin=TEXT
    )
    last = json.loads(outcome.stderr.splitlines()[-1])
    assert last["done"]
    assert len(last["valid_losses"]) == 3
    assert 0 < last["valid_loss"] < 0.2
    assert json.loads(nlptool("info", path).stdout)["corpus"]["words"] == len(TEXT.split())
    assert "characters" in nlptool("tag-train", *SMALL, "-v", "-o", path, stdin=TEXT).stderr
    estimated = json.loads(nlptool("tag-train", *SMALL, "--dry-run", "--format", "jsonl", stdin=TEXT).stdout)
    assert estimated["words"] == len(TEXT.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我 爱 你\n", "no word has two characters: nothing to learn; write a sentence a line"),
        ("", "no word has two characters"),
        ('{"tokens": 3}\n', "<stdin>:1:1:"),
    ],
)
def test_text_that_teaches_nothing_is_told(text: str, message: str, nlptool: Nlptool) -> None:
    outcome = nlptool("tag-train", *SMALL, "-o", "/dev/null", stdin=text)
    assert outcome.status == 1
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_words_are_found_and_offsets_are_those_of_the_text(nlptool: Nlptool, model: str) -> None:
    han = ("tokenize", "--han", "words", "--model", model)
    text = "我爱 自然语言处理，see https://a.cn/x 北京don't天安门\n\nplain text\n"
    found = nlptool(*han, stdin=text).stdout
    assert found == ("我 爱 自然 语言 处理 ， see https://a.cn/x 北京 don't 天安门\n\nplain text\n")
    records = [
        json.loads(line) for line in nlptool(*han, "--format", "jsonl", stdin=text).stdout.splitlines()
    ]
    assert [" ".join(record["tokens"]) for record in records] == found.splitlines()
    for record in records:
        assert [record["text"][start:end] for start, end in record["spans"]] == record["tokens"]


def test_a_record_is_out_before_the_next_one_comes(model: str) -> None:
    lines = ["我爱北京\n".encode(), "自然语言\n".encode()]
    found = answers("tokenize", "--han", "words", "--model", model, lines=lines)
    assert [line.decode() for line in found] == ["我 爱 北京\n", "自然 语言\n"]


def test_text_without_han_needs_no_model(nlptool: Nlptool) -> None:
    han = ("tokenize", "--han", "words", "--model", "/nowhere")
    assert nlptool(*han, stdin="Don't panic: あ\n").stdout == "Don't panic : あ\n"
    missing = nlptool(*han, stdin="我\n")
    assert (missing.status, missing.stderr.count("/nowhere: No such file")) == (1, 1)


def test_a_line_without_an_end_is_cut_where_its_beginning_tells(nlptool: Nlptool, model: str) -> None:
    sentence = "".join(segmented.sentences(1, seed=7)[0])
    long = sentence * (1_500_000 // len(sentence.encode())) + "\n"
    han = ("tokenize", "--han", "words", "--model", model)
    found = nlptool(*han, stdin=long).stdout
    assert found.replace(" ", "") == long
    assert set(found.split()) <= set(segmented.VOCABULARY) | {"年，"}
    begun = nlptool(*han, stdin=long[:200_000] + "\n").stdout
    assert found.startswith(begun[:500_000].rsplit(" ", 1)[0][:200_000])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--han", "words", "--mode", "chars"), "--han words is of --mode words, not of --mode chars"),
        (("--model", "x"), "--model is of --han words"),
        (("--dictionary", "x"), "--dictionary is of --han words"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], message: str, nlptool: Nlptool
) -> None:
    outcome = nlptool("tokenize", *arguments, stdin="x\n")
    assert outcome.status == 2
    assert message in outcome.stderr


def test_the_bytes_are_the_same_with_the_kernels_of_another_processor(tmp_path: Path) -> None:
    """Those that NumPy has for newer processors are switched off, one kind after the other."""
    here = [name for name in kernels.__cpu_dispatch__ if kernels.__cpu_features__.get(name)]
    models = []
    for number in range(len(here) + 1):
        path = tmp_path / str(number)
        switched: dict[str, Any] = (
            {"NPY_DISABLE_CPU_FEATURES": " ".join(here[number:])} if here[number:] else {}
        )
        words = (
            "tag-train",
            *SMALL,
            "--dropout",
            "0.3",
            "--valid",
            str(tmp_path / "text"),
            "-q",
            "-o",
            str(path),
        )
        (tmp_path / "text").write_text(TEXT, encoding="utf-8")
        assert run(*words, stdin=TEXT.encode(), **switched).returncode == 0
        models.append(path.read_bytes())
    assert len(set(models)) == 1


def test_entries_of_a_dictionary_win(nlptool: Nlptool, model: str, tmp_path: Path) -> None:
    (tmp_path / "words").write_text(
        "\ufeff爱自然\r\nnew york 3 n\n语言，处\n语言 5\n北京\t0\n", encoding="utf-8"
    )
    han = ("tokenize", "--han", "words", "--model", model, "--dictionary", str(tmp_path / "words"))
    text = "我爱自然语言，处理 in New York yorker\n"
    assert nlptool(*han, "--lower", stdin=text).stdout == "我 爱自然 语言，处 理 in new york yorker\n"
    record = json.loads(nlptool(*han, "--format", "jsonl", "--lower", stdin=text).stdout)
    assert record["tokens"] == ["我", "爱自然", "语言，处", "理", "in", "new york", "yorker"]
    assert [record["text"][start:end] for start, end in record["spans"]] == record["tokens"]
    (tmp_path / "words").write_bytes(b"\xff\n")
    outcome = nlptool(*han, stdin=text)
    assert (outcome.status, outcome.stderr.count("words:1:1: byte 0xff is not UTF-8")) == (1, 1)


def test_a_long_line_is_cut_at_no_entry(nlptool: Nlptool, model: str, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("年自然语\n" + "言" * 60 + "\n", encoding="utf-8")
    han = ("tokenize", "--han", "words", "--model", model, "--dictionary", str(tmp_path / "words"))
    long = "２００８年自然语言" * 45_000 + "\n"
    found = nlptool(*han, stdin=long).stdout
    assert found.replace(" ", "") == long
    assert found.count(" 年自然语 ") == 45_000


def test_unlabelled_text_and_a_dictionary_help(nlptool: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("庚辛壬癸子丑\n我庚辛爱壬癸子丑。\n" * 9, encoding="utf-8")
    (tmp_path / "words").write_text("壬癸 3\n", encoding="utf-8")
    helped = ("--text", str(tmp_path / "text"), "--dictionary", str(tmp_path / "words"))
    paths = [str(tmp_path / "a"), str(tmp_path / "b")]
    for path in paths:
        assert nlptool("tag-train", *SMALL, *helped, "-q", "-o", path, stdin=TEXT).status == 0
    first, second = (Path(path).read_bytes() for path in paths)
    assert first == second
    han = ("tokenize", "--han", "words", "--model", paths[0])
    assert nlptool(*han, stdin="我爱自然语言\n").stdout == "我 爱 自然 语言\n"
    outcome = nlptool("tag-train", "--bits", "12", *helped, "-o", paths[0], stdin="a/X b/Y\n")
    assert "--text changes nothing without --task segment" in outcome.stderr


def test_a_checkpoint_of_other_unlabelled_text_is_refused(nlptool: Nlptool, tmp_path: Path) -> None:
    checkpoint = ("--checkpoint", str(tmp_path / "c"), "--text", str(tmp_path / "text"))
    for text, status in (("庚辛\n", 1), ("壬癸\n", 1)):
        (tmp_path / "text").write_text(text, encoding="utf-8")
        resumed = ("--resume",) if text == "壬癸\n" else ()
        outcome = nlptool("tag-train", *SMALL, *checkpoint, *resumed, "-q", "-o", "/dev/full", stdin=TEXT)
        assert outcome.status == status
    assert "its text is" in outcome.stderr


BOTH = ("--task", "segment", "--method", "both", "--bits", "14", "--hidden", "8", "--embed-dim", "8")


def test_a_network_beside_the_features_finds_words_too(nlptool: Nlptool, tmp_path: Path) -> None:
    path, valid, further = tmp_path / "m", tmp_path / "valid", tmp_path / "further"
    valid.write_text(TEXT, encoding="utf-8")
    further.write_text("语言学\n", encoding="utf-8")
    helpers = ("--dictionary", str(further), "--text", str(valid))
    learnt = ("tag-train", *BOTH, "--epochs", "6", "--batch-size", "60", "--lr", "0.02", "-q")
    outcome = nlptool(*learnt, "--valid", str(valid), *helpers, "-o", str(path), stdin=TEXT)
    assert outcome.status == 0, outcome
    report = json.loads(nlptool("tag-eval", "-m", str(path), stdin=TEXT).stdout)
    assert report["f1"] > 0.95
    found = nlptool("tokenize", "--han", "words", "--model", str(path), stdin="我爱自然语言处理。\n")
    assert found.stdout == "我 爱 自然 语言 处理 。\n"
    assert json.loads(nlptool("info", str(path)).stdout)["kind"] == "recurrent-segmenter"
    wrong = nlptool("tag", "-m", str(path), stdin="我\n")
    assert wrong.status == 1
    assert "use it with tokenize" in wrong.stderr
