"""`--update` and `--grow`, of trainings that may go on from a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.options.common import tell_idle
from cli.options.help import all_of, option
from nlp.settings import MODEL

if TYPE_CHECKING:
    from cli.console import Console

update_options = all_of(
    [
        option(
            "--update",
            metavar="MODEL",
            group=MODEL,
            help="Go on from the weights of MODEL, with its tokens and its form.",
        ),
        option(
            "--grow",
            is_flag=True,
            group=MODEL,
            help="With --update, learn the tokens of the text that MODEL lacks, too.",
        ),
    ]
)
"""`--update MODEL` and `--grow`."""


def check_update(console: Console, update: str | None, *idle: str, grow: bool) -> None:
    """Warn of options that change nothing with --update: how to choose tokens, and those in `idle`.

    Raises: UsageError for --grow without --update
    """
    if update is not None:
        choosing = () if grow else ("min_count", "max_vocab")
        tell_idle(console, "with --update", *choosing, "subword_vocab", *idle)
    elif grow:
        raise click.UsageError("--grow needs --update MODEL, whose tokens become more")
