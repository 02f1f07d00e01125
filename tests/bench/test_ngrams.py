from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from . import ngrams
from .harness import Contestant, Run, Setting, Skipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def test_without_kenlm_its_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Skipped, match="lmplz and build_binary of KenLM are not on the PATH"):
        list(ngrams.run(Setting(tmp_path)))


def test_both_learn_nine_lines_of_ten_and_score_the_tenth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KenLM costs twice as much here, and finds the same perplexity."""
    commands: list[list[str]] = []

    def run_child(_setting: Setting, command: Sequence[str]) -> Run:
        commands.append(list(command))
        seconds = 2.0 if "lmplz" in command or sys.executable in command else 1.0
        return Run(seconds, seconds, 3_000_000, '{"perplexity": 70}', "")

    def present(title: str, _package: str, run: Any) -> Contestant[Any]:
        return Contestant(title, "sys", run)

    text = tmp_path / "text"
    text.write_text("".join(f"w{number} .\n" for number in range(40)))
    monkeypatch.setattr(ngrams, "word2vec_text", lambda _: text)
    monkeypatch.setattr(ngrams, "run_child", run_child)
    monkeypatch.setattr(ngrams, "Contestant", present)
    monkeypatch.setattr("shutil.which", lambda name: name)
    found = {
        (figure.subject, figure.measure.name): figure.ratios[0]
        for figure in ngrams.run(Setting(tmp_path, repeats=1))
        if figure.measure
    }
    assert found["72 words", "training"] == found["72 words", "processor time"] == 2
    assert found["8 words held out", "scoring"] == 2
    assert found["8 words held out", "perplexity"] == found["8 words held out", "peak memory"] == 1
    assert (tmp_path / "ngrams-held-out.txt").read_text().split()[::2] == ["w9", "w19", "w29", "w39"]
    assert {command[0] for command in commands} >= {"lmplz", "build_binary"}
