"""`nlptool tag-eval`: how good tags, entities or words are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import REPORT
from cli.options.common import command, model_option, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(REPORT, texts=False, records=False)
@model_option(None, "A tagger or segmenter of tag-train, to judge by the correct text alone.", default=False)
@option(
    "--task",
    type=click.Choice(["tag", "segment", "entities"]),
    show_default="found out",
    help="What to count: tags of tokens, words, or entities.",
)
@option(
    "--scheme",
    type=click.Choice(["BIO", "IOB1", "BIOES", "BMES", "BILOU"]),
    show_default="found out",
    help="How the correct tags spell entities; other spellings are refused.",
)
@option(
    "--columns",
    metavar="WORD:TAG",
    show_default="found out",
    help="The columns of the word and the tag: numbers from 1 (-1 is the last), or names of CoNLL-U.",
)
@option(
    "--train",
    metavar="FILE",
    help="The text that was trained on: words that it lacks are unseen.",
)
def tag_eval(
    *,
    console: Console,
    streams: Streams,
    model: str | None,
    task: str | None,
    scheme: str | None,
    columns: str | None,
    train: str | None,
) -> None:
    """Judge tags, entities or words: the correct text, then the predicted one or -m; prints a JSON report.

    Entities count as in conlleval, words as in the scorer of the SIGHAN bakeoffs. A single text has the
    correct tag and the predicted one in its last two columns, as conlleval reads it, or in --columns.

    \b
    nlptool tag-eval gold.conllu predicted.conllu
    nlptool tag-eval -m pos.model gold.conllu
    nlptool tag-eval --train train.txt gold.txt segmented.txt
    """
    paths = streams.input.paths
    if len(paths) > 2 and model is None:
        raise click.UsageError(f"two texts are compared, but {len(paths)} are named")
    from cli.io.labelled_lines import labelled_lines
    from cli.io.writing import check_output
    from nlp.data.labelled.reading import read_labelled
    from nlp.data.labelled.schemes import SCHEMES
    from nlp.evaluation.labelled import Compared, report_on

    check_output(streams.output)
    if model:
        from cli.jobs.tag_eval import compared_with

        read = read_labelled(labelled_lines(streams.input), columns=columns)
        texts, task = compared_with(model, *read, task)
    elif len(paths) < 2:
        texts = Compared.of_one(labelled_lines(streams.input), columns)
    else:
        gold, predicted = (
            read_labelled(labelled_lines(streams.like(path).input), columns=columns) for path in paths
        )
        texts = Compared.of_two(gold, predicted)
    known = None
    if train:
        _, sentences = read_labelled(labelled_lines(streams.like(train).input), columns=columns)
        known = {word for sentence in sentences for word in sentence.tokens}
    report = report_on(texts, task=task, scheme=SCHEMES[scheme] if scheme else None, known=known)
    if known is not None and report.get("recall_seen", True) is True:
        console.warn("--train changes nothing: these are no words, but tags")
    with streams.open_output() as output:
        output.write(streams.printer(REPORT)(report))
