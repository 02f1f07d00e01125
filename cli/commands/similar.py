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
    vectors_option,
)
from cli.options.help import option
from cli.options.lines import lines_options
from cli.options.unknown import unknown_option

if TYPE_CHECKING:
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
    queries: tuple[str, ...],
) -> None:
    """Find the nearest neighbours of each QUERY by cosine, or of each line of stdin.

    One QUERY gives `neighbour<TAB>cosine`; several, or stdin, `query<TAB>neighbour<TAB>cosine`. A query is a
    word or an expression: `king - man + woman`, operators between spaces. A word without a vector is told on
    stderr with its near misses; the others are answered, and the status is 1 (--unknown decides otherwise).

    With --pair two QUERYs are compared, which gives their cosine; more of them, or each line of two words on
    stdin, give `word<TAB>word<TAB>cosine`. With --lines too, they are texts, on stdin separated by a tab.

    \b
    nlptool similar king
    nlptool similar "king - man + woman"
    nlptool similar --pair king queen
    nlptool similar --pair --lines "the cat sleeps" "a dog is asleep"
    cut -f1 words.tsv | nlptool similar -m book.model -k 3 --format jsonl
    """
    if pair and (ignored := chosen_options(*_OF_NEIGHBOURS)):
        raise click.UsageError(f"{ignored[0]} is of neighbours, not of --pair; leave out one of the two")
    if pair and len(queries) % 2:
        raise click.UsageError(
            f"--pair compares two words, or lines of two on stdin; got {' '.join(map(repr, queries))}"
        )
    if lines is not None and not pair:
        raise click.UsageError("--lines compares texts, with --pair; give both, or leave it out")
    with_query = columns == "3" if columns else len(queries) != 1 + pair
    vectors = chosen_vectors(model, console, limit)
    tell_size(console, vectors)
    if pair:
        answer_stream(
            streams,
            pair_questions(streams, queries, are_lines=lines is not None),
            OF_PAIRS if with_query else COSINE,
            lambda texts: cosines(compared(vectors, texts, lines)),
            OnUnknown(unknown, "score"),
        )
    candidates = words_among(streams, vectors, among, console) if among else None
    answer_stream(
        streams,
        word_questions(streams, queries),
        OF_QUERIES if with_query else NEIGHBOURS,
        lambda texts: neighbours(vectors.similar(texts, k, plus, minus, candidates)),
        OnUnknown(unknown, "neighbours"),
    )
