"""`nlptool similar`: a word in, its nearest neighbours out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import NEIGHBOURS
from cli.jobs.vector_queries import answer_stream, chosen_vectors
from cli.options.common import command, limit_option, neighbours_option, streams, vectors_option
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.vectors.word_vectors import Answer, WordVectors


@command
@streams(NEIGHBOURS, reads="stdin")
@vectors_option
@neighbours_option
@limit_option
@option("--plus", multiple=True, metavar="WORD", help="Add WORD's vector to every query.")
@option("--minus", multiple=True, metavar="WORD", help="Subtract WORD's vector from every query.")
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
    queries: tuple[str, ...],
) -> None:
    """Find the nearest neighbours of each QUERY by cosine, or of each line of stdin.

    One QUERY gives `neighbour<TAB>cosine`; several, or stdin, `query<TAB>neighbour<TAB>cosine`. A query is a
    word or an expression: `king - man + woman`, operators between spaces. A word without a vector is told on
    stderr with its near misses; the others are answered, and the status is 1.

    \b
    nlptool similar king
    nlptool similar "king - man + woman"
    cut -f1 words.tsv | nlptool similar -m book.model -k 3 --format jsonl
    """

    def answer(vectors: WordVectors, texts: Sequence[str], k: int) -> list[Answer]:
        return vectors.similar(texts, k, plus, minus)

    answer_stream(streams, console, chosen_vectors(model, console, limit), queries, k, answer)
