"""Standard input is read once, whichever two options or arguments would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

TWICE = {
    "onehot --vocab -": "the text and --vocab",
    "onehot --vocab - -": "the text and --vocab",
    "similar --among -": "the queries and --among",
    "similar -m -": "the queries and --model",
    "similar -m - --among - king": "--model and --among",
    "vectors -m - --lines": "the text and --model",
    "w2v-eval --similarity - --analogies -": "--analogies and --similarity",
    "w2v-eval --similarity - --similarity -": "--similarity and --similarity",
    "generate -m x --novelty -": "the text and --novelty",
    "rnn-train --valid - -o x": "the text and --valid",
}


@pytest.mark.parametrize("line", TWICE)
def test_stdin_is_not_read_twice(
    line: str, nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = nlptool(*line.split(), stdin="a b\n")
    assert (result.status, result.stdout) == (2, "")
    assert f"{TWICE[line]} are both stdin; name a file for one of them" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_stdin_may_be_the_only_one(nlptool: Nlptool, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("b a\n")
    arguments = ("onehot", "--sparse", "--vocab", "-", str(text))
    assert nlptool(*arguments, stdin="a\t2\nb\t1\n") == (0, "b\t1\t2\na\t0\t2\n", "")


def test_word_vectors_come_from_a_pipe(nlptool: Nlptool) -> None:
    vectors = "3 2\ncat 1 0\ndog 0.6 0.8\nsea 0 1\n"
    for dash in ("-", "/dev/stdin"):
        assert nlptool("similar", "-m", dash, "-k", "1", "cat", stdin=vectors) == (0, "dog\t0.6000\n", "")
    assert nlptool("export", "-", stdin=vectors).stdout.splitlines()[0] == "3 2"
