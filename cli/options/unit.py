"""`--unit`, of commands that take texts of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.units import UNITS
from cli.options.help import INPUT, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.options.help import Command


def unit_option(default: str) -> Callable[[Command], Command]:
    """`--unit line|paragraph|file`."""
    return option(
        "--unit",
        type=click.Choice(UNITS),
        default=default,
        group=INPUT,
        help="What a text is: a line, a paragraph (blank lines part two) or a file; or a record of JSONL.",
    )
