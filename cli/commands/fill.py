"""`nlptool fill`: text with gaps in, what may stand in them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import GAPS
from cli.jobs.language_models import LANGUAGE_VARIABLE
from cli.options.common import command, model_option, streams, tell_idle
from cli.options.help import option
from cli.options.mixing import mix_option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(GAPS)
@model_option(LANGUAGE_VARIABLE, "A model of rnn-train --bidirectional, or any other language model.")
@mix_option()
@option("-k", type=click.IntRange(1), default=5, help="Candidates for each gap.")
@option("--max-gap", type=click.IntRange(1, 100), default=4, help="Longest gap, in tokens.")
@option("--exact", is_flag=True, help="Each underscore stands for one character.")
def fill(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    mix: tuple[str, ...],
    k: int,
    max_gap: int,
    exact: bool,
) -> None:
    """Fill the gaps of each line: `gap<TAB>candidate<TAB>probability`, the best candidates first.

    Three or more underscores are a gap of 1 to --max-gap tokens: characters, or words between spaces. With
    --exact each underscore is one character, and a word model fills in whole words that fit. Gaps are
    numbered from 1 in each line and filled from left to right: each is judged with the best candidates in the
    gaps before it, and no line sees another. A probability is a share among all candidates that were weighed.
    JSONL adds `gaps` to each record, with `start`, `end`, `candidates` and what was `searched`: of each
    length how many candidates were `weighed`, and whether these were `all` there are.

    A candidate is weighed by what stands on both sides. For a gap of one token all are (by a network read
    from the left the 2,000 most probable there or more, and a warning says so). Longer ones are searched from
    both ends; --bidirectional models, from either side. --mix, of which there may be several, mixes models
    that read from the left, of the same level, as score does.

    \b
    nlptool rnn-train --bidirectional -o news.model news.txt
    echo '我___困，我刚起床' | nlptool fill -m news.model
    echo 'q___k br_wn' | nlptool fill -m english.model --exact --format jsonl
    """
    if not model:
        raise click.UsageError(
            f"no language model; name one of rnn-train --bidirectional with -m, or in {LANGUAGE_VARIABLE}"
        )
    if exact:
        tell_idle(console, "with --exact", "max_gap")
    from cli.jobs.fill import GapAnswers
    from cli.jobs.mixing import Mixing
    from nlp.decoding.filling import BayesFiller
    from nlp.decoding.gaps import LineFiller
    from nlp.decoding.opening import open_filler

    filler = BayesFiller(Mixing.parsed(mix).predictor(model)) if mix else open_filler(model)
    GapAnswers(LineFiller(filler), k, max_gap, exact).write(streams, console)
