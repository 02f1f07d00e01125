"""`nlptool classify`: texts in, their labels out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.io.printers import LABELS
from cli.options.cluster import by_parts
from cli.options.common import command, model_option, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

CLASSIFIER_VARIABLE = "NLPTOOL_CLASSIFIER"
classifier_option = model_option(CLASSIFIER_VARIABLE, "A classifier of classify-train.", default=False)
"""`-m/--model FILE` of commands that need a text classifier."""


@command
@streams(LABELS)
@classifier_option
@option("-k", type=click.IntRange(1), default=1, help="How many labels of each text.")
@option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Leave out labels that are less probable.",
)
@by_parts()
def classify(*, streams: Streams, console: Console, model: str | None, k: int, threshold: float) -> None:
    """Tell the labels of texts, a text a line: `label<TAB>probability`, the most probable one first.

    With -k several follow in further columns; a text of which no label reaches --threshold has an empty line.
    JSONL adds `labels` and `scores` to each record.

    \b
    nlptool classify -m reviews.model new.txt
    nlptool classify -m topics.model -k 5 --threshold 0.1 --format jsonl news.jsonl
    """
    from cli.jobs.classify import chosen_classifier, run

    run(chosen_classifier(model, console), streams, k, threshold)
