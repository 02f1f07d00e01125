"""`nlptool search`: queries in, the documents of an index that answer them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import HITS
from cli.options.common import command, model_option, neighbours_option, streams, tell_idle
from cli.options.help import INPUT, OPTIONS, OUTPUT, all_of, option
from cli.options.settings import settings_options
from nlp.search.config import SearchConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

index_option = model_option("NLPTOOL_INDEX", "A search index of nlptool index.", default=False)
"""`-m/--model FILE` of commands that need a search index."""

finding_options = all_of(
    [
        option("--fuzzy", is_flag=True, help="Look for near misses of words that no document holds."),
        option(
            "--expand",
            type=click.IntRange(1),
            help="Look for the N nearest neighbours of each word too, which count less.",
        ),
        option(
            "--rerank", is_flag=True, help="Rank the best 100 anew, by the vectors of query and text too."
        ),
        option(
            "--vectors",
            metavar="MODEL",
            group=INPUT,
            show_default="the English ones that come with nlptool",
            help="Word vectors for --expand and --rerank.",
        ),
    ]
)
"""`--fuzzy`, `--expand`, `--rerank` and `--vectors`, of commands that look for more than words."""


@command
@streams(HITS, reads="stdin", texts=False)
@index_option
@neighbours_option
@settings_options(SearchConfig, group=OPTIONS)
@finding_options
@option("--answer", is_flag=True, help="Write the one sentence of the best documents that answers best.")
@option(
    "--context",
    type=click.IntRange(0),
    default=0,
    group=OUTPUT,
    help="Write N lines before and behind each, without a score.",
)
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
    fuzzy: bool,
    expand: int | None,
    rerank: bool,
    vectors: str | None,
    answer: bool,
    context: int,
    queries: tuple[str, ...],
) -> None:
    """Find the documents of an index that say most about each QUERY, or each line of stdin.

    One QUERY gives `score<TAB>id<TAB>text`, the best first; several, or stdin, `query<TAB>score<TAB>…`. Of a
    document of several lines the one with the most words of the query is shown; JSONL has all of the text,
    and the `spans` of these words in it.

    A query is words, of which a document holds any; "words in quotes" stand there as they are, +word must be
    there, -word must not. As with grep, the status is 1 where nothing is found.

    With --answer it is one sentence, as it stands in one of the best documents; JSONL has its `start` and
    `end` there. With --rerank scores are at most 1.

    \b
    nlptool search -m notes.index birthday
    nlptool search -m notes.index '+soup -onions "of the day"'
    nlptool search -m notes.index --answer "when does the market open"
    nlptool search -m notes.index -k 3 --format jsonl < questions.txt
    """
    from cli.jobs.search import More, Searching, chosen_index
    from nlp.search.config import SearchConfig

    if answer and context:
        raise click.UsageError("--answer is one sentence and --context are lines; leave out one of the two")
    if not expand and not rerank:
        tell_idle(console, "without --expand or --rerank", "vectors")
    config = SearchConfig(method=method, k1=k1, b=b)
    index = chosen_index(model, console)
    more = More(fuzzy=fuzzy, expand=expand or 0, rerank=rerank, vectors=vectors)
    Searching(streams, console, index, config, k, more, answer=answer, context=context).run(queries)
