"""`nlptool score`: how probable text is to a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.io.printers import SCORES, TSV
from cli.jobs.language_models import LANGUAGE_HELP, LANGUAGE_VARIABLE
from cli.options.cluster import by_parts
from cli.options.common import command, model_option, streams
from cli.options.help import option
from cli.options.mixing import mix_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console import Console
    from cli.io.streams import Streams


def _why_alone(options: Mapping[str, Any]) -> str | None:
    """What needs the whole of a text."""
    if not options["by_line"]:
        return "a line is read given those before it; --by-line reads each as a text of its own"
    if options["summary"]:
        return "--summary is of the whole text; leave it out"
    if any(one.endswith(":auto") for one in options["mix"]):
        return "the weight auto is found by the whole text; give a number"
    return None


@command
@streams(SCORES)
@model_option(LANGUAGE_VARIABLE, f"{LANGUAGE_HELP} Repeat it to compare several.", compares=True)
@option(
    "--tokens",
    is_flag=True,
    help="Add `pieces`, the `surprisals` of each (-log P in nats) and whether it is `known`.",
)
@option(
    "--trace",
    is_flag=True,
    help="Add to --tokens the `trace` of each layer: gates and states once it has read each piece.",
)
@option("--by-line", is_flag=True, help="Score each line as a text of its own.")
@mix_option(" WEIGHT `auto` finds the best for this text.")
@option("--known", is_flag=True, help="Add `known_perplexity`, of the tokens that are not `<unk>`.")
@option("--summary", is_flag=True, help="Write one object for the whole text.")
@by_parts(_why_alone)
def score(
    *,
    streams: Streams,
    console: Console,
    model: tuple[str, ...],
    tokens: bool,
    trace: bool,
    by_line: bool,
    mix: tuple[str, ...],
    known: bool,
    summary: bool,
) -> None:
    """Score text: a JSON object a line, with `text`, `tokens`, `unknown`, `logprob` and `perplexity`.

    `tokens` counts the tokens of the line and its line end, `unknown` those that are `<unk>` to the model;
    `logprob` is the sum of log P in nats and `perplexity` exp(-logprob / tokens), null where a token is
    impossible. --known adds the perplexity of the tokens that are not `<unk>`. The lines are one stream: each
    is read given those before it, unless --by-line says otherwise.

    A model of words reads what spaces separate, or the `tokens` of a JSONL record; one of characters reads
    its `text`. Other fields pass through.

    With several -m each line has a record by each of them, and `model` tells which.

    --mix, of which there may be several, takes models of the same level. What one gives its own `<unk>` is
    shared evenly by the tokens of -m that it lacks, and tokens that -m lacks are `<unk>`, so that the mixture
    is one distribution over the tokens of -m. `auto` reads the text whole and tells the weight on stderr:
    find it on text held out, then score with the number.

    --trace tells of each layer what it does: the gates (i, f, o and c̃ of an LSTM, r, z and h̃ of a GRU) and
    the states h and c, a row of H numbers for each piece; `nlptool plot --trace` draws them.

    \b
    nlptool score -m book.model --summary held-out.txt
    nlptool score -m book.model --mix book.ngrams:auto --summary valid.txt
    echo "the king rode out" | nlptool score -m book.model --tokens | jq -c '[.pieces, .surprisals]'
    """
    if (tokens or trace) and summary:
        left_out = "--trace" if trace else "--tokens"
        raise click.UsageError(f"--summary is of the whole text; leave out {left_out}")
    if trace and streams.format == TSV:
        raise click.UsageError("--trace has no columns; write --format jsonl")
    if trace and len(model) > 1:
        raise click.UsageError(f"--trace is of one model; name {model[0]} or {model[1]}")
    if mix and len(model) > 1:
        raise click.UsageError(f"--mix mixes into one model; name {model[0]} or {model[1]}")
    from cli.jobs.mixing import Mixing
    from cli.jobs.score import Judge, ScoredLines

    mixing = Mixing.parsed(mix)
    judges = [Judge.opened(path, mixing, by_line=by_line, traced=trace) for path in model or (None,)]
    lines = ScoredLines(streams, console, judges, mixing)
    with streams.open_output() as output:
        lines.write(output, pieces=tokens or trace, summary=summary, known=known)
