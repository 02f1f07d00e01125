"""`nlptool summarize`: texts in, their most central sentences out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import SUMMARY
from cli.options.common import chosen_options, command, streams, vectors_option
from cli.options.help import INPUT, option
from cli.options.settings import setting_option
from nlp.search.config import FILE, IndexConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(SUMMARY)
@option("-n", "most", type=click.IntRange(1), default=3, help="How many sentences of each text, at most.")
@option(
    "--ratio",
    type=click.FloatRange(0, 1, min_open=True),
    help="In place of -n: the share of a text's sentences, at least one.",
)
@option(
    "--method",
    type=click.Choice(["tfidf", "vectors"]),
    default="tfidf",
    help="What makes sentences alike: words that both have, rare ones more, or vectors of their words.",
)
@option(
    "--lead",
    type=click.FloatRange(0, 10),
    default=0.5,
    help="How much more the first sentences of a text count: the power of their place. 0: no more.",
)
@vectors_option
@setting_option(IndexConfig, "unit", default=FILE, group=INPUT)
def summarize(
    *,
    streams: Streams,
    console: Console,
    most: int,
    ratio: float | None,
    method: str,
    lead: float,
    model: str | None,
    unit: str,
) -> None:
    """Choose the sentences of each text that are most like the others, and write them in its order.

    A line is a sentence, and an empty line follows each text. JSONL adds `summary`, with the `text`, `start`
    and `end` of each sentence in the record's own `text`, and its `score` by LexRank. Nothing is written that
    does not stand in the text. A sentence that repeats one that was chosen is chosen last.

    What is chosen is what the text says most often; and, by --lead, what it says first, which tells more in
    news and articles. For a story take --lead 0.

    \b
    nlptool summarize letter.txt
    nlptool summarize --ratio 0.1 --format jsonl articles.jsonl
    nlptool summarize -n 1 --unit paragraph --lead 0 --method vectors book.txt
    """
    from cli.jobs.summarize import Choice, run, tie_by_vectors, tie_by_words

    if ratio is not None and chosen_options("most"):
        raise click.UsageError("-n and --ratio both tell how many sentences; leave out one of the two")
    if method != "vectors" and chosen_options("model"):
        raise click.UsageError("--model is of --method vectors; add it")
    tie = tie_by_vectors(console, model) if method == "vectors" else tie_by_words()
    run(streams, unit, Choice(tie, lead, most, ratio))
