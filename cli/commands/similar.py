"""`nlptool similar`: a word in, its nearest neighbours out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import COSINE, NEIGHBOURS, OF_PAIRS, OF_QUERIES
from cli.jobs.questions import pair_questions, word_questions
from cli.jobs.vector_queries import (
    OnUnknown,
    answer_stream,
    chosen_vectors,
    compared,
    cosines,
    neighbours,
    tell_size,
    words_among,
)
from cli.options.common import (
    chosen_options,
    command,
    limit_option,
    neighbours_option,
    streams,
    tell_idle,
    vectors_option,
)
from cli.options.help import INPUT, option
from cli.options.lines import lines_options
from cli.options.unknown import unknown_option

if TYPE_CHECKING:
    from typing import NoReturn

    from cli.console import Console
    from cli.io.streams import Streams

_OF_NEIGHBOURS = ("k", "plus", "minus", "among")


@command
@streams(NEIGHBOURS, reads="stdin", texts=False)
@vectors_option
@neighbours_option
@limit_option
@option("--plus", multiple=True, metavar="WORD", help="Add WORD's vector to every query.")
@option("--minus", multiple=True, metavar="WORD", help="Subtract WORD's vector from every query.")
@option("--among", metavar="FILE", help="Look for neighbours among the words of FILE only, one a line.")
@option("--pair", is_flag=True, help="Write the cosine of each two words, not their neighbours.")
@unknown_option
@lines_options
@option(
    "--columns",
    type=click.Choice(["2", "3"]),
    show_default="2 for one QUERY, else 3",
    help="Write rows without the query, or with it.",
)
@option(
    "--vectors",
    metavar="MODEL",
    group=INPUT,
    show_default="the English ones that come with nlptool",
    help="With --lines and a search index: the vectors of its words.",
)
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
def similar(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    k: int,
    limit: int | None,
    plus: tuple[str, ...],
    minus: tuple[str, ...],
    among: str | None,
    pair: bool,
    unknown: str,
    lines: int | None,
    columns: str | None,
    vectors: str | None,
    queries: tuple[str, ...],
) -> None:
    """Find the nearest neighbours of each QUERY by cosine, or of each line of stdin.

    One QUERY gives `neighbour<TAB>cosine`; several, or stdin, `query<TAB>neighbour<TAB>cosine`. A query is a
    word or an expression: `king - man + woman`, operators between spaces. A word without a vector is told on
    stderr with its near misses; the others are answered, and the status is 1 (--unknown decides otherwise).

    With --pair two QUERYs are compared, which gives their cosine; more of them, or each line of two words on
    stdin, give `word<TAB>word<TAB>cosine`. With --lines too, they are texts, on stdin separated by a tab.

    With --lines and a search index as -m, the QUERYs are texts, and what is found are documents:
    `cosine<TAB>id<TAB>text`, by the means of their words' vectors.

    \b
    nlptool similar king
    nlptool similar "king - man + woman"
    nlptool similar --pair king queen
    nlptool similar --pair --lines "the cat sleeps" "a dog is asleep"
    nlptool similar --lines -m notes.index "something to eat"
    cut -f1 words.tsv | nlptool similar -m book.model -k 3 --format jsonl
    """
    if pair and (ignored := chosen_options(*_OF_NEIGHBOURS)):
        raise click.UsageError(f"{ignored[0]} is of neighbours, not of --pair; leave out one of the two")
    if pair and len(queries) % 2:
        raise click.UsageError(
            f"--pair compares two words, or lines of two on stdin; got {' '.join(map(repr, queries))}"
        )
    if lines is not None and not pair:
        _write_documents(streams, console, model, vectors, lines, k, queries)
    tell_idle(console, "without documents, of which the words have vectors", "vectors")
    with_query = columns == "3" if columns else len(queries) != 1 + pair
    found = chosen_vectors(model, console, limit)
    tell_size(console, found)
    if pair:
        answer_stream(
            streams,
            pair_questions(streams, queries, are_lines=lines is not None),
            OF_PAIRS if with_query else COSINE,
            lambda texts: cosines(compared(found, texts, lines)),
            OnUnknown(unknown, "score"),
        )
    candidates = words_among(streams, found, among, console) if among else None
    answer_stream(
        streams,
        word_questions(streams, queries),
        OF_QUERIES if with_query else NEIGHBOURS,
        lambda texts: neighbours(found.similar(texts, k, plus, minus, candidates)),
        OnUnknown(unknown, "neighbours"),
    )


def _write_documents(
    streams: Streams,
    console: Console,
    model: str | None,
    vectors: str | None,
    common: int,
    k: int,
    queries: tuple[str, ...],
) -> NoReturn:
    """Write the documents nearest to texts. Raises: UsageError without an index to look in."""
    if model is None:
        raise click.UsageError("--lines compares texts, with --pair, or finds documents, with an index as -m")
    tell_idle(console, "with --lines", "limit", "plus", "minus", "among", "unknown", "columns")
    from cli.jobs.similar_documents import document_vectors, write_nearest

    write_nearest(streams, console, queries, k, document_vectors(model, vectors, console, common))
