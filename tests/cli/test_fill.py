from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from corpora import path_of
from tests.cli.forking import run
from tests.cli.running import answers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool

LECTURE = "我___\n我___困，我刚起床。\n我___困，我想赶紧睡觉。\n"
WORDS = b"the king rode out at dawn\nthe queen rode out at noon\nthe king and the queen ate bread\n" * 3


@pytest.fixture(scope="module")
def fill_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A bidirectional model that knows the lecture's sentences nearly by heart."""
    path: Path = tmp_path_factory.mktemp("fill") / "lecture.model"
    form = ["--cell", "gru", "--gru-reset", "after", "--layers", "1", "--hidden", "32", "--embed-dim", "16"]
    pace = ["--epochs", "30", "--batch-size", "4", "--bptt", "25", "--lr", "0.01"]
    command = ["rnn-train", "-q", "--bidirectional", *form, *pace, "-o", str(path)]
    result = run(*command, str(path_of("lecture/fill-blank")))
    assert result.returncode == 0, result.stderr.decode()
    return str(path)


@pytest.fixture(scope="module")
def word_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("fill") / "words.model"
    result = run("ngram-train", "--level", "word", "--order", "3", "-o", str(path), stdin=WORDS)
    assert result.returncode == 0, result.stderr.decode()
    return str(path)


def rows(stdout: str) -> list[tuple[int, str, float]]:
    found = [line.split("\t") for line in stdout.splitlines()]
    return [(int(gap), candidate, float(probability)) for gap, candidate, probability in found]


def test_the_lectures_sentences(nlptool: Nlptool, fill_model: str) -> None:
    """The words to the right decide: who has just got up is not tired (不), who wants to sleep is (很)."""
    outcome = nlptool("fill", "-m", fill_model, "-k", "3", stdin=LECTURE)
    assert (outcome.status, outcome.stderr) == (0, "")
    found = rows(outcome.stdout)
    assert [gap for gap, _, _ in found] == [1] * 9
    probabilities = [[p for _, _, p in found[start : start + 3]] for start in (0, 3, 6)]
    assert all(group == sorted(group, reverse=True) and 0 < sum(group) <= 1 for group in probabilities)
    assert (found[3][1], found[6][1]) == ("不", "很")


def test_exact_gaps_of_one_character_are_the_models_softmax(nlptool: Nlptool, fill_model: str) -> None:
    outcome = nlptool("fill", "-m", fill_model, "-k", "2", "--exact", stdin=LECTURE.replace("___", "_"))
    found = rows(outcome.stdout)
    assert [(candidate, p > 0.9) for _, candidate, p in found[2::2]] == [("不", True), ("很", True)]


def test_exact_gaps_have_one_character_for_each_underscore(nlptool: Nlptool, fill_model: str) -> None:
    outcome = nlptool("fill", "-m", fill_model, "-k", "1", "--exact", stdin="我__困，我刚__。\n")
    assert [(gap, len(candidate)) for gap, candidate, _ in rows(outcome.stdout)] == [(1, 2), (2, 2)]


def test_jsonl_keeps_the_record_and_adds_its_gaps(nlptool: Nlptool, fill_model: str) -> None:
    record = {"id": 7, "text": "😀我___困，我刚起床。她___困"}
    arguments = ("fill", "-m", fill_model, "-k", "2", "--format", "jsonl")
    outcome = nlptool(*arguments, stdin=json.dumps(record) + "\n")
    answer = json.loads(outcome.stdout)
    gaps = answer.pop("gaps")
    assert answer == record
    assert [record["text"][gap["start"] : gap["end"]] for gap in gaps] == ["___", "___"]  # type: ignore[index]
    assert [len(gap["candidates"]) for gap in gaps] == [2, 2]
    assert gaps[0]["candidates"][0]["text"] == "不"
    assert set(gaps[0]["candidates"][0]) == {"text", "probability"}


@pytest.mark.parametrize("longest", [1, 2])
def test_a_gap_is_at_most_so_long(nlptool: Nlptool, fill_model: str, longest: int) -> None:
    arguments = ("fill", "-m", fill_model, "-k", "50", "--max-gap", str(longest))
    found = rows(nlptool(*arguments, stdin="我___困，我刚起床。\n").stdout)
    assert {len(candidate) for _, candidate, _ in found} == set(range(1, longest + 1))
    assert len(found) == 50


def test_any_language_model_fills_gaps(nlptool: Nlptool, word_model: str) -> None:
    stdin = "the ___ ate bread\nthe king ___ bread\n"
    found = rows(nlptool("fill", "-m", word_model, "-k", "1", stdin=stdin).stdout)
    assert [candidate for _, candidate, _ in found] == ["queen", "and the queen ate"]


def test_exact_words_are_those_whose_letters_fit(nlptool: Nlptool, word_model: str) -> None:
    outcome = nlptool("fill", "-m", word_model, "--exact", stdin="the q___n r_de out at n__n\n")
    assert [row[:2] for row in rows(outcome.stdout)] == [(1, "queen"), (2, "rode"), (3, "noon")]
    assert [p for _, _, p in rows(outcome.stdout)] == [1, 1, 1]


def test_a_word_that_nothing_fits_is_told(nlptool: Nlptool, word_model: str) -> None:
    outcome = nlptool("fill", "-m", word_model, "--exact", stdin="the z__\n")
    assert (outcome.status, outcome.stdout) == (0, "")
    assert outcome.stderr == "nlptool: warning: 1 gap has no candidate: the model knows no word that fits\n"


def test_lines_without_a_gap_are_told_and_pass(nlptool: Nlptool, word_model: str) -> None:
    stdin = "\nthe king\nthe ki___ rode\nthe ___ rode\n"
    outcome = nlptool("fill", "-m", word_model, "-k", "1", stdin=stdin)
    assert (outcome.status, len(outcome.stdout.splitlines())) == (0, 1)
    assert outcome.stderr == (
        "nlptool: warning: 2 lines have no gap, the first is <stdin>:2; "
        "write ___ between spaces where something is missing\n"
    )
    arguments = ("fill", "-m", word_model, "--format", "jsonl", "--input-format", "text", "-q")
    quiet = nlptool(*arguments, stdin=stdin)
    records = [json.loads(line) for line in quiet.stdout.splitlines()]
    assert quiet.stderr == ""
    assert [len(record["gaps"]) for record in records] == [0, 0, 0, 1]


def test_the_model_may_be_named_by_the_environment(
    nlptool: Nlptool, word_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = nlptool("fill", stdin="a ___\n")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "no language model" in outcome.stderr
    monkeypatch.setenv("NLPTOOL_LM", word_model)
    assert nlptool("fill", stdin="the ___ rode out\n").status == 0


def test_a_model_of_another_kind_is_told(nlptool: Nlptool, model: Path) -> None:
    outcome = nlptool("fill", "-m", str(model), stdin="a ___\n")
    assert outcome.status == 1
    assert "'word-vectors', but this command needs one of kind 'fill-model' or" in outcome.stderr
    assert "'language-model'" in outcome.stderr


def test_gaps_are_filled_while_stdin_is_open(word_model: str) -> None:
    lines = [b"the king rode ___ at dawn\n", b"the ___ ate bread\n"]
    first, second = answers("fill", "-m", word_model, "-k", "1", lines=lines)
    assert [one.split(b"\t")[1] for one in (first, second)] == [b"out", b"queen"]


def test_what_was_searched_is_told(language_model: Path, nlptool: Nlptool) -> None:
    """The model knows eleven words, so that all pairs of them are weighed, too."""
    fill = ("fill", "-m", str(language_model), "--format", "jsonl")
    record = json.loads(nlptool(*fill, "--max-gap", "2", stdin="the ___ rode out\n").stdout)
    (gap,) = record["gaps"]
    assert gap["searched"][0] == {"length": 1, "weighed": 11, "all": True}
    assert gap["searched"][1] == {"length": 2, "weighed": 121, "all": True}
    assert len(gap["candidates"]) == 5


def test_a_network_with_many_words_says_that_it_weighed_some(tmp_path: Path, nlptool: Nlptool) -> None:
    words = " ".join(f"w{number}" for number in range(6000))
    form = ("--level", "word", "--cell", "nnlm", "--hidden", "2", "--embed-dim", "2", "--epochs", "1")
    model = str(tmp_path / "m")
    assert nlptool("rnn-train", "-q", *form, "-o", model, stdin=f"{words}\n").status == 0
    told = nlptool("fill", "-m", model, "--max-gap", "1", stdin="w1 ___ w3\nw4 ___ w6\n")
    assert told.status == 0
    assert "in 2 gaps only the 2,000 of 6,000 tokens most probable from the left were weighed" in told.stderr


def test_a_mixture_fills(language_model: Path, tmp_path: Path, nlptool: Nlptool) -> None:
    """Another model knows another king; with most of the weight it decides."""
    other = str(tmp_path / "other.arpa")
    assert nlptool("ngram-train", "-q", "-o", other, stdin="the bread rode out at noon\n" * 3).status == 0
    fill = ("fill", "-m", str(language_model), "--max-gap", "1", "-k", "1")
    best = [
        nlptool(*fill, *mix, stdin="the ___ rode out\n").stdout.split("\t")[1]
        for mix in ((), ("--mix", f"{other}:0.9"))
    ]
    assert best[0] in {"king", "queen"}
    assert best[1] == "bread"


def test_a_model_of_both_sides_does_not_mix(fill_model: str, language_model: Path, nlptool: Nlptool) -> None:
    result = nlptool("fill", "-m", fill_model, "--mix", f"{language_model}:0.5", stdin="___\n")
    assert (result.status, result.stdout) == (1, "")
    assert "'fill-model', but this command needs one of kind" in result.stderr
