"""`nlptool vocab`: tokens in, `token<TAB>count` out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import COUNTS
from cli.options.cluster import by_parts
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.streams import Streams


def _why_alone(options: Mapping[str, Any]) -> str | None:
    return "--max-size forgets by the order of the text; leave it out" if options["max_size"] else None


@command
@streams(COUNTS)
@option("--min-count", type=click.IntRange(1), default=1, help="Leave out rarer tokens.")
@option("--max-size", type=click.IntRange(1), help="Keep the most frequent tokens only, in bounded memory.")
@by_parts(_why_alone, counts=True)
def vocab(*, streams: Streams, console: Console, min_count: int, max_size: int | None) -> None:
    """Count the distinct tokens: the most frequent first, equal counts in the order of the tokens.

    With --max-size N memory stays bounded on an endless stream: once there are more than 16 N types (at least
    two million), the rarest are forgotten, and a warning tells how rare they were.

    \b
    nlptool tokenize --lower book.txt | nlptool vocab --min-count 5 -o vocab.tsv
    """
    from cli.io.vocabulary_file import write_vocabulary
    from nlp.text.counting import TokenCounter
    from nlp.wording import number_of

    counter, read = TokenCounter(max_size), 0
    for tokens in streams.token_lists():
        counter.add(tokens)
        read += len(tokens)
    if counter.forgotten:
        rare = "once" if counter.forgotten == 1 else f"{counter.forgotten} times or less"
        console.warn(f"tokens seen {rare} at some point were forgotten; counts may be low")
    vocabulary = counter.vocabulary(min_count, max_size)
    write_vocabulary(vocabulary, streams)
    types = number_of(len(counter.counts), "type")
    console.note(f"{number_of(read, 'token')} of {types}; {len(vocabulary):,} written")
