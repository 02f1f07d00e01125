"""The pages of the manual, made from the commands' help: `python -m cli.manual FOLDER` writes them."""

from __future__ import annotations

import sys
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

import click

import nlp
from cli.commands import COMMANDS, cli
from cli.options.help import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = "\b\n"  # click's mark of a paragraph whose lines stay as they are
_STATUS = (
    ("0", "Done."),
    ("1", "Something is wrong with the data, a model or a file; one line on stderr tells what."),
    ("2", "The command line is wrong; one line on stderr tells how."),
    ("128+N", "Ended by the signal N, with which the process dies."),
)


def pages() -> dict[str, str]:
    """The page of nlptool, and one for each command: file name → what it holds."""
    found = {"nlptool.1": page_of("nlptool", "text to tokens, vectors and neighbours", cli)}
    for name, told in COMMANDS.items():
        command = cli.get_command(click.Context(cli), name)
        if command is not None:
            found[f"nlptool-{name}.1"] = page_of(f"nlptool {name}", told, command)
    return found


def page_of(path: str, told: str, command: click.Command) -> str:
    """The page of one command, which `told` tells in a line."""
    context = click.Context(command, info_name=path, **command.context_settings)
    usage = " ".join(command.collect_usage_pieces(context))
    paragraphs = cleandoc(command.help or "").split("\n\n")
    examples = [text.removeprefix(_KEPT).splitlines() for text in paragraphs if text.startswith(_KEPT)]
    title = path.replace(" ", "-")
    is_group = isinstance(command, click.Group)
    sections = {
        "NAME": [rf"{_text(title)} \- {_text(told)}"],
        "SYNOPSIS": [rf".B {_text(path)}", _text(usage)],
        "DESCRIPTION": [
            line for text in paragraphs if not text.startswith(_KEPT) for line in _paragraph(text)
        ],
        "COMMANDS": _listed((f"nlptool-{name}(1)", what) for name, what in COMMANDS.items() if is_group),
        **{
            name.upper(): _listed(rows)
            for name, rows in grouped(command.get_params(context), context).items()
        },
        "EXIT STATUS": _listed(_STATUS),
        "EXAMPLES": [line for lines in examples for line in (".PP", ".nf", *map(_line, lines), ".fi")],
        "SEE ALSO": [] if is_group else [".BR nlptool (1)"],
    }
    lines = [line for name, body in sections.items() if body for line in (f".SH {name}", *body)]
    first = f'.TH {title.upper()} 1 "" "nlptool {nlp.__version__}" "User Commands"'
    return "\n".join([first, *lines]) + "\n"


def _paragraph(text: str) -> tuple[str, str]:
    """A paragraph, whose lines the page breaks anew."""
    return ".PP", _line(" ".join(text.split()))


def _listed(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A list of names, each with what it means."""
    return [line for name, told in rows for line in (".TP", rf".B {_text(name)}", _line(told))]


def _line(text: str) -> str:
    """A line of text; one that begins with a dot or a quote would be an order."""
    text = _text(text)
    return rf"\&{text}" if text.startswith((".", "'")) else text


def _text(text: str) -> str:
    """What shows `text`: backslashes and hyphens mean more to the formatter."""
    return text.replace("\\", r"\e").replace("-", r"\-")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.1"):
        old.unlink()
    for name, page in pages().items():
        (folder / name).write_text(page, encoding="utf-8")
