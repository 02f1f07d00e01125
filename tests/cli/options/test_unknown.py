"""`--unknown`: one unknown word does not fail a batch, unless it is to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.cli.word_model import write_words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

WORDS = {"king": (5, 0), "queen": (4, 3), "prince": (3, -4), "nothing": (0, 0)}
COMMANDS = {
    "similar -k 1": ("kinng\nking\n", "kinng", "king\tqueen\t0.8000\n", "kinng\t\t\n", "neighbours"),
    "analogy -k 1": (
        "king qeen prince\nking queen prince\n",
        "qeen",
        "king queen prince\tnothing\t0.0000\n",
        "king qeen prince\t\t\n",
        "neighbours",
    ),
    "similar --pair": ("king qeen\nking queen\n", "qeen", "king\tqueen\t0.8000\n", "king\tqeen\t\n", "score"),
    "similar --pair --lines --remove-common 0": (
        "qeen\tking\nking\tking\n",
        "qeen",
        "king\tking\t1.0000\n",
        "qeen\tking\t\n",
        "score",
    ),
    "vectors": ("kinng\nking\n", "kinng", "king\t5 0\n", "kinng\t\n", "vector"),
}


@pytest.fixture
def model(tmp_path: Path) -> str:
    return write_words(tmp_path / "words", WORDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_word_fails_is_left_out_or_null(command: str, model: str, nlptool: Nlptool) -> None:
    stdin, word, answered, null, field = COMMANDS[command]
    words = [*command.split(), "-m", model]
    status, stdout, stderr = nlptool(*words, stdin=stdin)
    assert (status, stdout) == (1, answered)
    assert "nlptool: <stdin>:1:1: " in stderr
    assert repr(word) in stderr
    assert nlptool(*words, "--unknown", "fail", stdin=stdin) == (status, stdout, stderr)

    status, stdout, warned = nlptool(*words, "--unknown", "skip", stdin=stdin)
    assert (status, stdout) == (0, answered)
    assert warned == stderr.replace("nlptool: <stdin>:1:1: ", "nlptool: warning: <stdin>:1:1: left out: ")

    assert nlptool(*words, "--unknown", "null", stdin=stdin) == (0, null + answered, "")
    first, second = nlptool(*words, "--unknown", "null", "--format", "jsonl", stdin=stdin).stdout.splitlines()
    assert json.loads(first)[field] is None
    assert json.loads(second)[field] is not None
    assert "error" not in json.loads(first)


@pytest.mark.parametrize("choice", ["skip", "null"])
def test_what_is_wrong_for_another_reason_still_fails(choice: str, model: str, nlptool: Nlptool) -> None:
    for command, stdin in (("similar", "nothing\n"), ("similar", "king +\n"), ("analogy", "king queen\n")):
        result = nlptool(command, "-m", model, "--unknown", choice, stdin=stdin)
        assert (result.status, result.stdout) == (1, "")


def test_the_row_of_an_unknown_word_in_a_matrix_is_not_a_number(
    model: str, nlptool: Nlptool, tmp_path: Path
) -> None:
    path = tmp_path / "x.npy"
    words = ("vectors", "-m", model, "-o", str(path), "kinng", "king")
    assert nlptool(*words, "--unknown", "null").status == 0
    np.testing.assert_array_equal(np.load(path), np.array([[np.nan, np.nan], [5, 0]], np.float32))
    assert nlptool(*words, "--unknown", "skip").status == 0
    np.testing.assert_array_equal(np.load(path), np.array([[5, 0]], np.float32))
