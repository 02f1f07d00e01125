"""`nlptool analogy`: columns by how it was asked, and both methods worked out by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool, Outcome

WORDS = {"man": (1, 0), "king": (0.6, 0.8), "woman": (0, 1), "queen": (-0.6, 0.8), "boy": (0.8, -0.6)}


@pytest.fixture
def analogy(nlptool: Nlptool, tmp_path: Path) -> Nlptool:
    path = write_words(tmp_path / "words.model", WORDS)

    def run(*arguments: str, stdin: str = "") -> Outcome:
        return nlptool("analogy", "-m", path, *arguments, stdin=stdin)

    return run


def test_three_words_give_two_columns(analogy: Nlptool) -> None:
    """king − man + woman = (−.4, 1.8), length √3.4: queen (.24 + 1.44) / √3.4 = .9111; boy −.7593."""
    assert analogy("man", "king", "woman") == (0, "queen\t0.9111\nboy\t-0.7593\n", "")
    assert analogy("-k", "1", "man", "king", "woman").stdout == "queen\t0.9111\n"


def test_the_product_is_that_of_the_equation(analogy: Nlptool) -> None:
    """queen: cos to king .28, woman .8, man −.6: .64 · .9 / .201 = 2.8657; boy: .5 · .2 / .901 = .1110."""
    assert analogy("--method", "mul", "man", "king", "woman").stdout == "queen\t2.8657\nboy\t0.1110\n"


def test_lines_of_three_give_three_columns(analogy: Nlptool) -> None:
    result = analogy("-k", "1", stdin="man king woman\n\n  woman  queen man\n")
    assert result == (0, "man king woman\tqueen\t0.9111\nwoman  queen man\tboy\t0.9839\n", "")


def test_jsonl(analogy: Nlptool) -> None:
    result = analogy("-k", "1", "--format", "jsonl", stdin='{"id": 7, "word": "man king woman"}\n')
    neighbours = [{"word": "queen", "score": 0.911108}]
    assert json.loads(result.stdout) == {"id": 7, "word": "man king woman", "neighbours": neighbours}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("man kingg woman", "'kingg' has no vector; did you mean 'king'?"),
        ("man king", "expected three words, found 2 in 'man king'"),
    ],
)
def test_what_has_no_answer_is_told_and_the_rest_is_answered(
    question: str, reason: str, analogy: Nlptool
) -> None:
    result = analogy("-k", "1", stdin=f"{question}\nman king woman\n")
    assert result == (1, "man king woman\tqueen\t0.9111\n", f"nlptool: <stdin>:1:1: {reason}\n")


@pytest.mark.parametrize("words", [("man",), ("man", "king"), ("man", "king", "woman", "queen")])
def test_another_number_of_words_is_usage(words: tuple[str, ...], analogy: Nlptool) -> None:
    result = analogy(*words)
    assert (result.status, result.stdout) == (2, "")
    assert (
        f"expected three words, A B C, or none and lines of three on stdin; got {len(words)}" in result.stderr
    )


def test_a_word_may_hold_spaces(tmp_path: Path, nlptool: Nlptool) -> None:
    words = {"new york": (1, 0), "paris": (0, 1), "rome": (0.2, 1), "oslo": (1, 0.2)}
    model = write_words(tmp_path / "m", words)
    result = nlptool("analogy", "-m", model, "-k", "1", "new york", "oslo", "paris")
    assert (result.status, result.stdout.split("\t")[0], result.stderr) == (0, "rome", "")
    unknown = nlptool("analogy", "-m", model, "old york", "paris", "rome")
    assert (unknown.status, unknown.stdout) == (1, "")
    assert "'old york' has no vector" in unknown.stderr
    line = nlptool("analogy", "-m", model, "-k", "1", stdin="new york\toslo\tparis\noslo rome paris\n").stdout
    assert [answer.split("\t")[:2] for answer in line.splitlines()] == [
        ["new york oslo paris", "rome"],
        ["oslo rome paris", "new york"],
    ]
