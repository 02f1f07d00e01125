"""Options and arguments that name files, and those that name a model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli
from cli.options.files import ModelFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.inside import Nlptool


def parameters() -> list[tuple[str, click.Parameter]]:
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    return [(name, one) for name, command in commands.items() if command for one in command.params]


WITH_MODELS = [name for name, one in parameters() if one.name == "model" and "-m" in one.opts]


def test_what_takes_a_file_or_a_model_has_a_type_that_completes_them() -> None:
    wanted = {"FILE", "FILES", "MODEL"}
    found = [(name, one) for name, one in parameters() if (one.metavar or "").strip("[].") in wanted]
    assert len(found) > 30
    assert [(name, one.name) for name, one in found if not isinstance(one.type, click.Path)] == []
    models = [one for _, one in found if (one.metavar or "").strip("[].") == "MODEL"]
    assert all(isinstance(one.type, ModelFile) for one in models)


def test_a_bundled_model_is_found_by_its_name_and_a_file_of_that_name_comes_first(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = nlptool("similar", "-m", "en-vectors", "-k", "2", "king")
    assert named == nlptool("similar", "-k", "2", "king")
    assert named.status == 0
    assert json.loads(nlptool("info", "en-vectors").stdout)["kind"] == "word-vectors"
    assert nlptool("similar", "-m", "en-vector", "king").status == 1
    (tmp_path / "en-vectors").write_text("2 2\nking 1 0\nqueen 1 1\n")
    assert nlptool("similar", "-m", "en-vectors", "king").stdout.startswith("queen\t")


def test_info_lists_the_bundled_models(nlptool: Nlptool) -> None:
    assert json.loads(nlptool("info").stdout)["bundled"] == {
        "en-vectors": "English word vectors",
        "zh-words": "Chinese words, for tokenize --han words",
        "en-pos": "English parts of speech, for tag",
        "zh-entities": "Chinese names, for tag --entities of words",
        "en-entities": "English names, for tag --entities",
    }


def test_the_names_of_bundled_models_are_completed_where_no_file_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    option = click.Option(["-m"])
    context = click.Context(cli)

    def offered(incomplete: str) -> list[tuple[str, str]]:
        return [(one.type, one.value) for one in ModelFile().shell_complete(context, option, incomplete)]

    names = ("en-vectors", "en-pos", "en-entities")
    assert offered("en-") == [("plain", name) for name in names]
    assert offered("x") == [("file", "x")]
    (tmp_path / "en-mine.model").touch()
    assert offered("en-") == [("file", "en-")]


@pytest.fixture
def models(nlptool: Nlptool, tmp_path: Path) -> dict[str, str]:
    found = {name: tmp_path / name for name in ("counted", "letters", "trained", "v.vec", "text")}
    found["text"].write_text("a b c d\n" * 50)
    found["v.vec"].write_text("2 2\na 1 0\nb 1 1\n")
    text = str(found["text"])
    nlptool("ngram-train", "-o", str(found["counted"]), text)
    nlptool("ngram-train", "--level", "char", "-o", str(found["letters"]), text)
    small = ("--min-count", "1", "--dim", "2", "--subsample", "0", "--epochs", "2")
    nlptool("w2v-train", *small, "-o", str(found["trained"]), text)
    return {path.name.removeprefix("v."): str(path) for path in found.values()}


@pytest.mark.parametrize(
    "line",
    [
        "similar {vec} a",
        "similar {counted}",
        "analogy a {trained} b",
        "vectors {vec}",
        "plot {trained} a b c",
        "score -m {counted} {letters}",
        "fill {counted}",
        "generate {counted}",
    ],
)
def test_who_names_a_model_as_an_argument_is_told_of_the_option(
    line: str, nlptool: Nlptool, models: dict[str, str]
) -> None:
    status, stdout, stderr = nlptool(*line.format(**models).split())
    named = next(word for word in line.split() if word[0] == "{" and "-m " + word not in line)
    assert (status, stdout) == (2, "")
    assert f"; did you mean -m {named.format(**models)}?" in stderr


def test_who_names_a_bundled_model_as_an_argument_is_told_of_the_option(nlptool: Nlptool) -> None:
    status, stdout, stderr = nlptool("similar", "en-vectors", "king")
    assert (status, stdout) == (2, "")
    assert "en-vectors is a model; did you mean -m en-vectors?" in stderr


def test_a_word_that_is_the_name_of_a_text_is_a_word(
    nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "king").write_text("the king\n")
    assert nlptool("similar", "-k", "1", "king").status == 0


@pytest.mark.parametrize("name", WITH_MODELS)
def test_a_second_model_is_refused_unless_models_are_compared(
    name: str, nlptool: Nlptool, models: dict[str, str]
) -> None:
    status, stdout, stderr = nlptool(name, "-m", models["vec"], "-m", models["counted"], stdin="a\n")
    if name in {"score", "info"}:
        assert "two models" not in stderr
    else:
        assert (status, stdout) == (2, "")
        assert f"-m names two models, {models['vec']} and {models['counted']}; " in stderr


def test_info_and_export_and_plot_take_models_as_arguments_and_by_the_option(
    nlptool: Nlptool, models: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, counted = models["trained"], models["counted"]
    for words in (["export"], ["plot", "--losses"], ["info"]):
        assert nlptool(*words, trained) == nlptool(*words, "-m", trained)
        assert nlptool(*words, trained).stdout
    told = nlptool("info", "--format", "jsonl", trained, "-m", counted).stdout.splitlines()
    assert [json.loads(one)["file"] for one in told] == [trained, counted]
    assert "name two models" in nlptool("export", trained, "-m", trained).stderr
    monkeypatch.setenv("NLPTOOL_MODEL", trained)
    assert json.loads(nlptool("info").stdout)["file"] == trained
    assert json.loads(nlptool("info", counted).stdout)["file"] == counted
    assert nlptool("export", models["vec"]).stdout.startswith("2 2\n")


def test_curves_of_several_models_are_compared(nlptool: Nlptool, models: dict[str, str]) -> None:
    trained = models["trained"]
    result = nlptool("plot", "--losses", "-m", trained, "-m", trained)
    assert (result.status, result.stderr) == (0, "")
    assert f"b  {trained}" in result.stdout


def test_several_models_score_each_line(nlptool: Nlptool, models: dict[str, str]) -> None:
    one, two = models["counted"], models["letters"]
    alone = {name: nlptool("score", "-m", name, stdin="a b\nb a\n").stdout for name in (one, two)}
    both = nlptool("score", "-m", one, "-m", two, stdin="a b\nb a\n").stdout.splitlines()
    found = [json.loads(line) for line in both]
    assert [record.pop("model") for record in found] == [one, two, one, two]
    assert found[::2] == [json.loads(line) for line in alone[one].splitlines()]
    assert found[1::2] == [json.loads(line) for line in alone[two].splitlines()]
    words = ("score", "-m", one, "-m", two, "--format", "tsv")
    rows = [row.split("\t") for row in nlptool(*words, "--summary", stdin="a b\n").stdout.splitlines()]
    assert [row[:2] for row in rows] == [[one, "3"], [two, "4"]]
    rows = [row.split("\t") for row in nlptool(*words, "--tokens", stdin="a\n").stdout.splitlines()]
    assert [row[:2] for row in rows] == [[one, "a"], [one, "<eos>"], [two, "a"], [two, "\\n"]]
    status, _, stderr = nlptool("score", "-m", one, "-m", two, "--mix", f"{one}:0.5", stdin="a\n")
    assert status == 2
    assert f"--mix mixes into one model; name {one} or {two}" in stderr


@pytest.mark.parametrize(
    "line", ["similar -m . a", "score -m .", "fill -m .", "info .", "w2v-train --update . -o x"]
)
def test_a_folder_is_no_model(line: str, nlptool: Nlptool) -> None:
    result = nlptool(*line.split(), stdin="a\n")
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr.startswith("nlptool: .: Is a directory")


@pytest.mark.parametrize("text", ["", "8", "x\n"])
def test_a_text_too_short_to_be_anything_is_not_taken_for_a_model(
    text: str, nlptool: Nlptool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model begins with its length, of which a few bytes say nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_text(text)
    told = nlptool("tokenize", "short")
    assert (told.status, told.stdout, told.stderr) == (0, text and f"{text.strip()}\n", "")
