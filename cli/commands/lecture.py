"""`nlptool lecture`: the lecture on natural language processing, computed page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import LECTURE_STEPS, LECTURE_TOPICS
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

_TOPICS = (
    *("one-hot", "softmax", "skip-gram", "cbow", "rnn"),
    *("bptt", "vanishing", "bidirectional", "lstm", "gru", "attention"),
)


@command
@streams(LECTURE_STEPS, reads="")
@click.argument("topic", type=click.Choice(_TOPICS), required=False)
@option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    show_default="that of the locale",
    help="Write in English or in Chinese.",
)
@option("--numbers", metavar="FILE", help="Compute with the numbers of FILE: JSON records of name and value.")
@option("--seed", type=click.IntRange(0), help="Draw the numbers that are not given.")
def lecture(
    *,
    streams: Streams,
    console: Console,
    topic: str | None,
    lang: str | None,
    numbers: str | None,
    seed: int | None,
) -> None:
    """Compute a page of the lecture: each formula, its numbers, their shapes, and the code behind them.

    Without a TOPIC, list the topics. The numbers are those of the lecture, or small ones where it has none;
    others come from --numbers, in any sizes that fit one another, or from --seed. Every number is computed
    by the layers that train the models.

    \b
    nlptool lecture cbow
    nlptool lecture bptt --seed 7
    echo '{"x": [[1, 0], [1, 1], [0, 1]]}' | nlptool lecture lstm --numbers -
    """
    from cli.translation import is_chinese
    from nlp.lecture import TOPICS
    from nlp.wording import number_of

    language = lang or ("zh" if is_chinese() else "en")
    if topic is None and (numbers is not None or seed is not None):
        raise click.UsageError("--numbers and --seed are for a TOPIC")
    console.note(f"{number_of(len(TOPICS), 'topic')}")
    with streams.open_output() as output:
        if topic is None:
            write = streams.printer(LECTURE_TOPICS)
            for name, each in TOPICS.items():
                output.write(write({"topic": name, "title": getattr(each.title, language)}))
            return
        from cli.jobs.lecture import page

        write = streams.printer(LECTURE_STEPS)
        for record in page(topic, language, streams.like(numbers).input if numbers else None, seed):
            output.write(write(record))
