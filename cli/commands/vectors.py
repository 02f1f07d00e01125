"""`nlptool vectors`: words or lines of text in, their vectors out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.io.printers import WORD_VECTORS
from cli.jobs.vector_queries import chosen_vectors, tell_size
from cli.options.common import command, limit_option, streams, tell_idle, vectors_option
from cli.options.lines import lines_options
from cli.options.unknown import unknown_option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(WORD_VECTORS, reads="stdin")
@vectors_option
@limit_option
@unknown_option
@lines_options
@click.argument("items", nargs=-1, metavar="[WORD]... | --lines [FILE]...")
def vectors(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    limit: int | None,
    unknown: str,
    lines: int | None,
    items: tuple[str, ...],
) -> None:
    """Write the vector of each WORD, or of each word on stdin: `word<TAB>0.1 0.2 …`.

    A line of stdin is a word, or words separated by spaces. With --lines the vector is that of a line of text
    (of the FILEs, else stdin): the mean of its words, of which frequent ones count less (SIF), without what
    all lines have in common. It depends on the line and the model alone.

    Vectors of w2v-train --subwords answer for unseen words too. With -o X.npy the vectors are the rows of one
    matrix; the words are written beside it, to X.words.txt.

    \b
    nlptool vectors king queen
    nlptool vectors --lines --format jsonl reviews.txt
    nlptool vectors -m book.model --lines -o lines.npy < lines.txt
    """
    from cli.io.writing import check_output
    from cli.jobs.vectors import is_matrix, write_lines, write_words

    check_output(streams.output)
    if is_matrix(streams.output):
        tell_idle(console, "with -o X.npy", "format_")
    found = chosen_vectors(model, console, limit)
    tell_size(console, found)
    if lines is not None:
        tell_idle(console, "with --lines", "unknown")
    else:
        write_words(streams, items, found, unknown)
    from nlp.vectors.line_vectors import LineVectors

    files = replace(streams, input=replace(streams.input, paths=items))
    write_lines(files, console, LineVectors(found, lines))
