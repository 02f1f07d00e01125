"""`nlptool translate`: texts in, their translations out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import JSONL, TRANSLATIONS
from cli.options.common import command, model_option, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

TRANSLATOR_VARIABLE = "NLPTOOL_TRANSLATOR"


@command
@streams(TRANSLATIONS)
@model_option(TRANSLATOR_VARIABLE, "A model of seq2seq-train.", default=False)
@option(
    "--beam",
    type=click.IntRange(1, 100),
    default=5,
    help="Follow the best N texts at once; 1 takes the best piece at each step, three times as fast.",
)
@option(
    "--length-penalty",
    type=click.FloatRange(0, 10),
    default=1.0,
    help="Divide logarithms of probabilities by the length to this power: 0 favours short texts.",
)
@option("-n", "--best", type=click.IntRange(1, 100), default=1, help="Tell the N best, of at most --beam.")
@option(
    "--alignment",
    is_flag=True,
    help="Tell, in JSONL, how much each piece of the target looked at each piece of the source.",
)
def translate(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    beam: int,
    length_penalty: float,
    best: int,
    alignment: bool,
) -> None:
    """Translate texts, one a line; an empty line stays an empty line.

    JSONL adds `target` and its `logprob`, in nats. With -n, a line of text is
    `number<TAB>logprob<TAB>target`, where the number is that of the source, and JSONL adds `best`, a list.
    With --alignment JSONL adds `alignment`: the pieces of `source` and `target`, and `weights`, a row for
    each piece of the target.

    What no piece of a word can spell, such as an emoji, is copied from where in the source the model looks.
    Of a line of over 1,000 pieces the first 1,000 are translated, with a warning.

    \b
    nlptool translate -m de.model letter.txt > letter.de.txt
    nlptool translate -m de.model --alignment --format jsonl letter.txt > letter.jsonl
    """
    if alignment and streams.format != JSONL:
        raise click.UsageError("--alignment is told in JSONL; add --format jsonl")
    if best > beam:
        raise click.UsageError(f"-n {best} needs as many texts to choose from; give --beam {best} or more")
    from cli.io.writing import check_output

    check_output(streams.output)
    from cli.jobs.translate import Wanted, chosen_translator, run

    wanted = Wanted(beam, length_penalty, best, aligned=alignment)
    run(chosen_translator(model, console), streams, wanted)
