"""`nlptool index`: texts in, a search index out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.options.common import command, streams
from cli.options.help import option
from cli.options.settings import setting_option
from nlp.search.config import IndexConfig
from nlp.settings import DATA

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(None)
@setting_option(IndexConfig, "unit")
@setting_option(IndexConfig, "han")
@setting_option(IndexConfig, "lower", "--lower/--no-lower")
@setting_option(IndexConfig, "drop_marks")
@option("--stopwords", metavar="FILE", group=DATA, help="Leave out the words of FILE, one a line.")
def index(
    *,
    streams: Streams,
    console: Console,
    unit: str,
    han: str,
    lower: bool,
    drop_marks: bool,
    stopwords: str | None,
) -> None:
    """Make a search index of texts, for nlptool search.

    A document is a line and is known by FILE:LINE, on stdin by the number of its line. With --unit it is a
    paragraph, known by its first line, or a file, known by its name. A record of JSONL is a document with the
    `id` that it has, and keeps its other fields.

    \b
    nlptool index -o notes.index notes/*.txt
    nlptool index --unit file -o letters.index letters/*
    nlptool index -o products.index products.jsonl
    """
    from cli.jobs.index import build
    from cli.options.training import required_output
    from nlp.search.config import IndexConfig

    config = IndexConfig(unit=unit, han=han, lower=lower, drop_marks=drop_marks)
    build(streams, console, config, stopwords, required_output(streams))
