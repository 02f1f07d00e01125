"""`nlptool w2v-eval`: one JSON report over several files, errors by file and line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

WORDS = {"man": (1, 0), "king": (0.6, 0.8), "woman": (0, 1), "queen": (-0.6, 0.8), "boy": (0.8, -0.6)}
QUESTIONS = ": family\nman king woman queen\nman king woman boy\n: none\na b c d\n"
PAIRS = "word1\tword2\tscore\nman\tking\t9\nman\twoman\t5\nMan\tqueen\t1\n"


@pytest.fixture
def evaluate(nlptool: Nlptool, tmp_path: Path) -> Nlptool:
    path = write_words(tmp_path / "words.model", WORDS)
    (tmp_path / "questions").write_text(QUESTIONS)
    (tmp_path / "pairs").write_text(PAIRS)

    def run(*arguments: str, stdin: str = "") -> Outcome:
        named = [str(tmp_path / word) if word in {"questions", "pairs"} else word for word in arguments]
        return nlptool("w2v-eval", "-m", path, *named, stdin=stdin)

    return run


def report_of(result: Outcome) -> dict[str, Any]:
    assert (result.status, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_the_report(evaluate: Nlptool, tmp_path: Path) -> None:
    report = report_of(evaluate("--analogies", "questions", "--similarity", "pairs"))
    nothing = {"accuracy": None, "correct": 0, "asked": 0}
    half = {"accuracy": 0.5, "correct": 1, "asked": 2}
    assert report == {
        "words": 5,
        "dim": 2,
        "analogies": [
            {
                "file": str(tmp_path / "questions"),
                "section": "total",
                **half,
                "out_of_vocabulary": 1,
                "method": "add",
                "restrict_vocab": 30_000,
                "sections": [
                    {"section": "family", **half, "out_of_vocabulary": 0},
                    {"section": "none", **nothing, "out_of_vocabulary": 1},
                ],
            }
        ],
        "similarity": [
            {"file": str(tmp_path / "pairs"), "spearman": 1.0, "pairs": 3, "out_of_vocabulary": 0}
        ],
    }


def test_stdin_is_a_file_like_others(evaluate: Nlptool) -> None:
    (from_stdin,) = report_of(evaluate("--analogies", "-", stdin=QUESTIONS))["analogies"]
    (from_file,) = report_of(evaluate("--analogies", "questions"))["analogies"]
    assert from_stdin.pop("file") == "-"
    assert from_stdin == {key: value for key, value in from_file.items() if key != "file"}


def test_the_vocabulary_is_restricted_for_analogies_alone(evaluate: Nlptool) -> None:
    report = report_of(evaluate("--analogies", "questions", "--similarity", "pairs", "--restrict-vocab", "4"))
    assert [report["analogies"][0][key] for key in ("asked", "correct", "out_of_vocabulary")] == [1, 1, 2]
    assert report["similarity"][0]["pairs"] == 3


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--analogies", "a b c d\na b c\n", "<stdin>:2:1: expected four words, found 3"),
        ("--similarity", "a\tb\t1\na\tb\n", "<stdin>:2:1: expected two words and a score"),
    ],
)
def test_a_line_of_the_wrong_form_is_told(option: str, text: str, message: str, evaluate: Nlptool) -> None:
    assert evaluate(option, "-", stdin=text) == (1, "", f"nlptool: {message}\n")


def test_nothing_to_judge_by_is_usage(evaluate: Nlptool) -> None:
    result = evaluate()
    assert (result.status, result.stdout) == (2, "")
    assert "name a file with --analogies or --similarity" in result.stderr


def test_figures_of_hardly_any_known_words_are_told(evaluate: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "pairs").write_text("man king 9\n" + "no such 1\n" * 9)
    (tmp_path / "questions").write_text("")
    result = evaluate("--similarity", "pairs", "--analogies", "questions")
    assert result.status == 0
    told = result.stderr.splitlines()
    assert len(told) == 2
    assert told[0] == f"nlptool: warning: {tmp_path / 'questions'}: there are no questions in it"
    assert f"warning: {tmp_path / 'pairs'}: 1 of 10 pairs have vectors for all their words" in told[1]
    (tmp_path / "pairs").write_text("man king 9\nman queen 2\n" + "no such 1\n" * 9)
    assert evaluate("--similarity", "pairs").stderr == ""


@pytest.mark.parametrize("pairs", ["man king 5\n", "man king 5\nman woman 5\n", "man king 5\nking man 2\n"])
def test_pairs_that_have_no_rank_correlation_are_told(pairs: str, evaluate: Nlptool) -> None:
    result = evaluate("--similarity", "-", stdin=pairs)
    assert (result.status, json.loads(result.stdout)["similarity"][0]["spearman"]) == (0, None)
    assert "<stdin>: a rank correlation takes pairs of at least two different scores" in result.stderr


def test_bytes_that_are_not_utf8_get_the_way_to_read_them(evaluate: Nlptool, tmp_path: Path) -> None:
    (tmp_path / "pairs").write_bytes("man king 5\nmän queen 3\nman woman 1\n".encode("latin-1"))
    result = evaluate("--similarity", "pairs")
    assert (result.status, result.stdout) == (1, "")
    assert (
        f"{tmp_path / 'pairs'}:2:2: byte 0xe4 is not UTF-8; name what it is, such as --encoding"
        in result.stderr
    )
    report = json.loads(evaluate("--similarity", "pairs", "--errors", "replace").stdout)
    assert [report["similarity"][0][key] for key in ("pairs", "out_of_vocabulary")] == [2, 1]


def test_an_output_without_a_place_is_refused_first(evaluate: Nlptool, tmp_path: Path) -> None:
    result = evaluate("--similarity", "missing", "-o", str(tmp_path / "none" / "report"))
    assert result.status == 1
    assert "No such directory for the output" in result.stderr


def test_files_in_another_encoding(nlptool: Nlptool, tmp_path: Path) -> None:
    model = write_words(tmp_path / "words.model", {"Bär": (1, 0), "Kätzchen": (0.6, 0.8), "Tür": (0, 1)})
    pairs = "Wort1;Wort2;Mittel\r\nBär;Kätzchen;8,5\r\nBär;Tür;1,5\r\n"
    for encoding in ("latin-1", "utf-16", "utf-8"):
        path = tmp_path / encoding
        path.write_bytes(pairs.encode(encoding))
        words = ("--similarity", str(path), "--encoding", encoding)
        (report,) = report_of(nlptool("w2v-eval", "-m", model, *words))["similarity"]
        assert (report["pairs"], report["spearman"]) == (2, 1.0)
