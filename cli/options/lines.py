"""`--lines` and `--remove-common N`, of commands that take words or, with these, lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import making
from cli.options.help import all_of, option

if TYPE_CHECKING:
    from cli.options.help import Command

_COMMON = 1
_OPTIONS = [
    option("--lines", is_flag=True, help="Take lines of text, not words: the weighted mean of their words."),
    option(
        "--remove-common",
        type=click.IntRange(0),
        show_default=str(_COMMON),
        help="With --lines: take out so many directions that all lines have in common.",
    ),
]


def lines_options(function: Command) -> Command:
    """The options, handed to the command as `lines`: how many directions to take out; None for words."""
    return making(all_of(_OPTIONS)(function), _make_lines)


def _make_lines(options: dict[str, Any]) -> None:
    """Put the two together. Raises: UsageError for --remove-common where no lines are taken."""
    common, are_lines = options.pop("remove_common"), options.pop("lines")
    if common is not None and not are_lines:
        raise click.UsageError("--remove-common is of lines of text; give --lines, or leave it out")
    options["lines"] = (_COMMON if common is None else common) if are_lines else None
