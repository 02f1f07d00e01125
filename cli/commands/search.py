"""`nlptool search`: queries in, the documents of an index that answer them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import HITS
from cli.options.common import command, model_option, neighbours_option, streams
from cli.options.help import OPTIONS
from cli.options.settings import settings_options
from nlp.search.config import SearchConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

index_option = model_option("NLPTOOL_INDEX", "A search index of nlptool index.", default=False)
"""`-m/--model FILE` of commands that need a search index."""


@command
@streams(HITS, reads="stdin", texts=False)
@index_option
@neighbours_option
@settings_options(SearchConfig, group=OPTIONS)
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
def search(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    k: int,
    method: str,
    k1: float,
    b: float,
    queries: tuple[str, ...],
) -> None:
    """Find the documents of an index that say most about each QUERY, or each line of stdin.

    One QUERY gives `score<TAB>id<TAB>text`, the best first; several, or stdin, `query<TAB>score<TAB>…`. Of a
    document of several lines the one with the most words of the query is shown; JSONL has all of the text,
    and the `spans` of these words in it.

    A query is words, of which a document holds any; "words in quotes" stand there as they are, +word must be
    there, -word must not. As with grep, the status is 1 where nothing is found.

    \b
    nlptool search -m notes.index birthday
    nlptool search -m notes.index '+soup -onions "of the day"'
    nlptool search -m notes.index -k 3 --format jsonl < questions.txt
    """
    from cli.jobs.search import Searching, chosen_index
    from nlp.search.config import SearchConfig

    config = SearchConfig(method=method, k1=k1, b=b)
    Searching(streams, console, chosen_index(model, console), config, k).run(queries)
