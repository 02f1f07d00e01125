"""`nlptool vocab`: tokens in, `token<TAB>count` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.streams import TEXT, Streams
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console


@command
@streams()
@option("--min-count", type=click.IntRange(1), default=1, help="Leave out rarer tokens.")
@option("--max-size", type=click.IntRange(1), help="Keep the most frequent tokens only, in bounded memory.")
def vocab(*, streams: Streams, console: Console, min_count: int, max_size: int | None) -> None:
    """Count the distinct tokens: the most frequent first, equal counts in the order of the tokens.

    With --max-size N memory stays bounded on an endless stream: once there are more than 16 N types (at least
    two million), the rarest are forgotten, and a warning tells how rare they were.

    \b
    nlptool tokenize --lower book.txt | nlptool vocab --min-count 5 -o vocab.tsv
    """
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
    with streams.open_output() as output:
        for word, count in zip(vocabulary.words, vocabulary.counts, strict=True):
            output.write((_as_text if streams.format == TEXT else _as_jsonl)(word, count))
    types = number_of(len(counter.counts), "type")
    console.note(f"{number_of(read, 'token')} of {types}; {len(vocabulary):,} written")


def _as_text(word: str, count: int) -> str:
    """One line. Raises: InputError for a token of JSONL that would not be read again as it is."""
    from nlp.errors import InputError

    if not word or "\n" in word:
        raise InputError(f"the token {word!r} does not fit a line of text; write --format jsonl")
    return f"{word}\t{count}\n"


def _as_jsonl(word: str, count: int) -> str:
    from nlp.text.records import format_record

    return format_record({"token": word, "count": count})
