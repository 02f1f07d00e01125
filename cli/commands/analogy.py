"""`nlptool analogy`: a is to b as c is to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import NEIGHBOURS, OF_QUERIES
from cli.jobs.questions import word_questions
from cli.jobs.vector_queries import OnUnknown, answer_stream, chosen_vectors, neighbours, tell_size
from cli.options.common import command, limit_option, neighbours_option, streams, vectors_option
from cli.options.help import option
from cli.options.unknown import unknown_option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(NEIGHBOURS, reads="stdin", texts=False)
@vectors_option
@neighbours_option
@limit_option
@unknown_option
@option(
    "--method",
    type=click.Choice(["add", "mul"]),
    default="add",
    help="How similarities combine: 3CosAdd, or 3CosMul, which lets no single one dominate.",
)
@click.argument("words", nargs=-1, metavar="[A B C]")
def analogy(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    k: int,
    limit: int | None,
    method: str,
    unknown: str,
    words: tuple[str, ...],
) -> None:
    """Answer "A is to B as C is to ?", or each line of three words on stdin.

    Three words on the command line give `answer<TAB>score`; stdin gives `A B C<TAB>answer<TAB>score`. The
    words of a question are never its answer.

    \b
    nlptool analogy man king woman
    nlptool analogy --method mul < questions.txt
    """
    if len(words) not in {0, 3}:
        raise click.UsageError(
            f"expected three words, A B C, or none and lines of three on stdin; got {len(words)}"
        )

    vectors = chosen_vectors(model, console, limit)
    tell_size(console, vectors)
    asked = ["\t".join(words)] if words else []  # a word may hold spaces
    answer_stream(
        streams,
        word_questions(streams, asked),
        NEIGHBOURS if asked else OF_QUERIES,
        lambda questions: neighbours(vectors.analogies(questions, k, method)),
        OnUnknown(unknown, "neighbours"),
    )
