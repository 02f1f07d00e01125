"""Options and arguments that name files, and those that name a model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cli.commands import COMMANDS, cli
from cli.options.files import ModelFile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.inside import Nlptool


def parameters() -> list[tuple[str, click.Parameter]]:
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    return [(name, one) for name, command in commands.items() if command for one in command.params]


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
    assert json.loads(nlptool("info").stdout)["bundled"] == {"en-vectors": "English word vectors"}


def test_the_names_of_bundled_models_are_completed_where_no_file_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    option = click.Option(["-m"])
    context = click.Context(cli)

    def offered(incomplete: str) -> list[tuple[str, str]]:
        return [(one.type, one.value) for one in ModelFile().shell_complete(context, option, incomplete)]

    assert offered("en-") == [("plain", "en-vectors")]
    assert offered("x") == [("file", "x")]
    (tmp_path / "en-mine.model").touch()
    assert offered("en-") == [("file", "en-")]
