"""The pages of the manual: what `man` makes of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import click
import pytest

from cli.commands import COMMANDS, cli
from cli.manual import page_of, pages
from tests.cli.running import environment
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = pages()


def shown(page: str, folder: Path) -> str:
    """A page as it stands on a terminal, without bold letters."""
    if not (man := shutil.which("man")):
        pytest.skip("man is not installed")
    path = folder / "page.1"
    path.write_text(page, encoding="utf-8")
    settings = environment(MANWIDTH="100", LC_ALL="C.UTF-8", MANPAGER="cat")
    result = subprocess.run(
        [man, "--warnings", "-l", str(path)], capture_output=True, check=True, env=settings, timeout=60
    )
    assert result.stderr == b""
    return re.sub(".\b", "", result.stdout.decode())


def test_every_command_has_a_page_and_the_first_lists_them() -> None:
    assert list(PAGES) == ["nlptool.1", *(f"nlptool-{name}.1" for name in COMMANDS)]
    first = PAGES["nlptool.1"].replace("\\-", "-")
    assert all(f"nlptool-{name}(1)" in first for name in COMMANDS)


def test_the_installed_pages_are_those_of_the_commands() -> None:
    """`make man` writes them anew."""
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "man").glob("*.1")}
    assert written.keys() == PAGES.keys()
    assert [name for name, page in PAGES.items() if written[name] != page] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_tells_every_option_and_the_examples(name: str, tmp_path: Path) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    text = shown(PAGES[f"nlptool-{name}.1"], tmp_path).replace("‐", "-")
    assert f"nlptool-{name} - {COMMANDS[name]}" in " ".join(text.split())
    options = [flag for parameter in command.params for flag in parameter.opts if flag.startswith("-")]
    assert [flag for flag in options if flag not in text] == []
    examples = re.findall(r"\x08\n(.*?)(?:\n\n|\s*$)", command.help or "", re.DOTALL)
    assert examples
    for line in "\n".join(examples).splitlines():
        assert line.strip() in text


def test_what_would_be_an_order_to_the_formatter_is_text(tmp_path: Path) -> None:
    @click.command
    @click.option("--dot", help=".x is a file; 'quoted' too, and C:\\new")
    def odd() -> None:
        """.TH is text here.

        \b
        'a' | .b \\n -- c
        """

    page = page_of("odd", "what is odd", odd)
    text = shown(page, tmp_path)
    for part in (".TH is text here.", ".x is a file; 'quoted' too, and C:\\new", "'a' | .b \\n -- c"):
        assert part in text
