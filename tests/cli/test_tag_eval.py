from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


def test_words_are_judged_beside_the_training_text(nlptool: Nlptool, tmp_path: Path) -> None:
    for name, text in (("train", "我  爱\n"), ("gold", "我  爱  北京\n"), ("found", "我\u3000爱 北 京\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    train, gold, found = (str(tmp_path / name) for name in ("train", "gold", "found"))
    report = json.loads(nlptool("tag-eval", gold, found, "--train", train).stdout)
    assert (report["precision"], report["recall_unseen"], report["recall_seen"]) == (0.5, 0, 1)
    warned = nlptool("tag-eval", "--train", train, stdin="a X X\nb Y Y\n")
    assert "--train changes nothing" in warned.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("a", "b", "c"), 2, "two texts are compared, but 3 are named"),
        (("--columns", "x"), 2, "--columns"),
        ((), 1, "<stdin>:1:1: one text needs"),
    ],
)
def test_what_cannot_be_compared_is_told(
    nlptool: Nlptool, arguments: tuple[str, ...], status: int, message: str
) -> None:
    result = nlptool("tag-eval", *arguments, stdin='{"text": "a"}\n')
    assert result.status == status
    assert message in result.stderr


def test_models_are_judged_by_the_correct_text(nlptool: Nlptool, tmp_path: Path) -> None:
    tagged, words = tmp_path / "tagged", tmp_path / "words"
    tagged.write_text("the/DT king/NN rode/VBD\nthe/DT queen/NN ate/VBD\n" * 20)
    words.write_text("我  爱  北京\n北京  好\n" * 20, encoding="utf-8")
    for text, task, figure in ((tagged, "tag", "accuracy"), (words, "segment", "f1")):
        model = str(tmp_path / task)
        assert nlptool("tag-train", "-q", "--task", task, "-o", model, str(text)).status == 0
        outcome = nlptool("tag-eval", "-m", model, str(text))
        assert outcome.status == 0, outcome.stderr
        assert json.loads(outcome.stdout)[figure] > 0.9
