"""`nlptool tag`: tokens in, their tags or the entities among them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import ENTITIES, JSONL
from cli.options.cluster import by_parts
from cli.options.common import command, model_option, streams
from cli.options.help import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.parts import Part
    from cli.io.streams import Streams

TAGGER_VARIABLE = "NLPTOOL_TAGGER"
_BUNDLED = "the one of English parts of speech that comes with nlptool"


def _between(whole: Part, options: Mapping[str, Any]) -> bytes:
    """Sentences stay whole: some forms have a line for each token."""
    from cli.io.parts import EMPTY_LINE, LINE_END
    from cli.jobs.tag import form_of
    from nlp.data.labelled.records import Records
    from nlp.data.labelled.spaced import Words

    form = form_of(whole.first_lines, options["streams"].input_format, options["columns"])
    return LINE_END if isinstance(form, (Words, Records)) else EMPTY_LINE


@command
@streams(ENTITIES, texts=False)
@model_option(TAGGER_VARIABLE, "A tagger made by tag-train.", _BUNDLED)
@option(
    "--columns",
    metavar="WORD:TAG",
    show_default="found out",
    help="The columns of the word and the tag: numbers from 1 (-1 is the last), or names of CoNLL-U.",
)
@option("--entities", is_flag=True, help="Tell the entities and where they are, instead of tags.")
@option(
    "--confidence",
    is_flag=True,
    help="Tell how probable each tag is too, by a model trained with --valid; takes twice as long.",
)
@option(
    "--trace",
    is_flag=True,
    help="Add to JSONL the `trace` of each layer of a network: gates and states of both ways at each token.",
)
@by_parts(between=_between)
def tag(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    columns: str | None,
    entities: bool,
    confidence: bool,
    trace: bool,
) -> None:
    """Tag the tokens of sentences; they come out as they came in, with tags.

    Of tokens separated by spaces, a sentence a line, each is written with its tag: `token<TAB>tag`, and an
    empty line after each sentence. In CoNLL columns and CoNLL-U the tag is replaced, and every other line and
    column kept. JSONL gets `tags`; its `tokens` are tagged or, where it has none, those of its `text`. Which
    form the input has is found out.

    With --entities each is told as `label<TAB>text<TAB>start<TAB>end`, with an empty line after each
    sentence, or in JSONL as `entities`; start and end count code points of the line, or of `text`. A tagger
    that learnt from characters takes lines as they are.

    With --confidence the probability of each tag is told as well: in a further column, in MISC of CoNLL-U as
    Confidence=0.9876, in JSONL as `scores`. That of an entity is the lowest of its tokens'.

    --trace tells of a tagger of --method rnn or both what each layer does: its gates and states, a row a
    token of 2 H numbers, H units of the way forward and then H of the way back; `nlptool plot --trace` draws
    them.

    \b
    nlptool tokenize book.txt | nlptool tag
    nlptool tag -m pos.model test.conllu > tagged.conllu
    nlptool tag -m entities.model --entities --format jsonl news.txt
    nlptool tag -m rnn.model --trace --format jsonl news.txt | nlptool plot --trace - --gate f
    """
    from cli.io.writing import check_output

    if trace and streams.format != JSONL:
        raise click.UsageError("--trace is told in JSONL alone; write --format jsonl")

    check_output(streams.output)
    from cli.jobs.tag import Request, run
    from corpora import DEFAULT_TAGGER

    console.note(f"tagging by {model or DEFAULT_TAGGER}")
    run(Request(streams, model, columns, entities, confidence, trace))
