"""`--unknown`: what becomes of a question with a word that the model does not know."""

from __future__ import annotations

import click

from cli.options.help import option

FAIL, SKIP, NULL = "fail", "skip", "null"

unknown_option = option(
    "--unknown",
    type=click.Choice([FAIL, SKIP, NULL]),
    default=FAIL,
    help="Of an unknown word: end with status 1, leave it out with a warning, or answer null; the rest is "
    "answered.",
)
