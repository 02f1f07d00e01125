"""`nlptool keywords`: texts in, the words that each is about out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import KEYWORDS
from cli.options.common import command, streams
from cli.options.help import INPUT, option
from cli.options.settings import setting_option
from nlp.search.config import IndexConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(KEYWORDS)
@option("-k", type=click.IntRange(1), default=10, help="How many words of each text, at most.")
@option(
    "--method",
    type=click.Choice(["tfidf", "textrank"]),
    default="tfidf",
    help="By how rare its words are elsewhere, or by how its words stand together.",
)
@option(
    "--vocab",
    metavar="FILE",
    group=INPUT,
    help="Words of a large text with their counts, as vocab writes them: tfidf tells from it what is rare.",
)
@setting_option(IndexConfig, "unit", group=INPUT)
def keywords(
    *, streams: Streams, console: Console, k: int, method: str, vocab: str | None, unit: str
) -> None:
    """Tell which words each text is about: `word<TAB>weight`, the heaviest first, a line a text.

    With tfidf a word weighs its share of the text times the logarithm of how rare it is: among the texts of
    the input, which is read to its end first, or in a large text of which --vocab has the counts. With
    textrank a text is taken by itself: a word is central where it stands near other central ones.

    Words are those of tokenize --lower --han words, or the `tokens` of a JSONL record. Function words, words
    of one character and those without a letter are no keywords. JSONL adds `keywords`, each with `word` and
    `weight`.

    \b
    nlptool keywords -k 5 --format jsonl abstracts.jsonl
    nlptool keywords --unit file --vocab english.tsv letter.txt
    nlptool keywords --unit file --method textrank 小说.txt
    """
    from cli.jobs.keywords import run

    if vocab and method != "tfidf":
        raise click.UsageError("--vocab is of --method tfidf; leave out one of the two")
    console.note(f"keywords by {method}, a {unit} a text")
    run(streams, unit, k, vocab, by_graph=method == "textrank")
