"""`nlptool index`: texts in, a search index out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.options.common import chosen_options, command, streams
from cli.options.help import option
from cli.options.settings import setting_option
from nlp.search.config import IndexConfig
from nlp.settings import DATA, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.io.streams import Streams


OUTPUT_TOLD = (
    "Write the index to FILE, whole or not at all; a new one needs it.  [default: the index that is changed]"
)
SETTINGS = [name for name, _ in settings_of(IndexConfig)]


@command
@streams(None, plans=False, output=OUTPUT_TOLD)
@setting_option(IndexConfig, "unit")
@setting_option(IndexConfig, "han")
@setting_option(IndexConfig, "lower", "--lower/--no-lower")
@setting_option(IndexConfig, "drop_marks")
@option("--stopwords", metavar="FILE", group=DATA, help="Leave out the words of FILE, one a line.")
@option("--add", metavar="INDEX", help="Add the texts to INDEX, which is replaced when that is done.")
@option("--remove", multiple=True, metavar="ID", help="Take the document of this ID out of the index.")
@option("--compact", is_flag=True, help="Build the index anew of its documents: the bytes of one build.")
def index(
    *,
    streams: Streams,
    console: Console,
    unit: str,
    han: str,
    lower: bool,
    drop_marks: bool,
    stopwords: str | None,
    add: str | None,
    remove: tuple[str, ...],
    compact: bool,
) -> None:
    """Make a search index of texts, for nlptool search, or change one.

    A document is a line and is known by FILE:LINE, on stdin by the number of its line. With --unit it is a
    paragraph, known by its first line, or a file, known by its name. A record of JSONL is a document with the
    `id` that it has, and keeps its other fields.

    With --add the texts are added to an index, by its settings; one with the id of another takes its place.
    Without it, --remove and --compact take the index as the one FILE. -o writes what comes of it elsewhere.

    \b
    nlptool index -o notes.index notes/*.txt
    nlptool index --unit file -o letters.index letters/*
    nlptool index -o products.index products.jsonl
    echo "buy bread" | nlptool index --add notes.index
    nlptool index --remove notes/a.txt:7 --compact notes.index
    """
    from cli.jobs import index as job
    from cli.options.training import required_output
    from nlp.search.config import IndexConfig

    if add or remove or compact:
        _refuse_settings()
        index = add or _only(streams.input.paths)
        output = streams.output or index
        if add or remove:
            job.change(streams, console, index, remove, output, reads=add is not None)
            index = output
        if compact:
            job.compact(console, index, output)
        return
    config = IndexConfig(unit=unit, han=han, lower=lower, drop_marks=drop_marks)
    job.build(streams, console, config, stopwords, required_output(streams))


def _refuse_settings() -> None:
    """Raises: UsageError for settings of a new index."""
    if chosen := chosen_options(*SETTINGS, "stopwords"):
        raise click.UsageError(f"{chosen[0]} is of a new index; one that is changed keeps its settings")


def _only(paths: Sequence[str]) -> str:
    """The index that is to be changed. Raises: UsageError for none or several."""
    if len(paths) != 1 or paths[0] == "-":
        raise click.UsageError("name the one index to change, or add texts to it with --add INDEX")
    return paths[0]
