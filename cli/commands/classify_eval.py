"""`nlptool classify-eval`: how good a text classifier is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.commands.classify import classifier_option
from cli.io.printers import REPORT
from cli.options.common import command, streams
from cli.options.help import option

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams


@command
@streams(REPORT, texts=False)
@classifier_option
@option("-k", type=click.IntRange(1), default=1, help="Tell precision and recall of so many labels too.")
@option(
    "--threshold",
    type=click.FloatRange(0, 1),
    show_default="0.5 with --loss ova, else the most probable label alone",
    help="Count each label that is at least so probable.",
)
def classify_eval(
    *, streams: Streams, console: Console, model: str | None, k: int, threshold: float | None
) -> None:
    """Judge a classifier on labelled texts, in the forms that classify-train reads; prints a JSON report.

    `accuracy` is the share of texts whose most probable label is right; F1 is over single labels (macro: the
    mean), P@k and R@k over the k most probable ones; `calibration_error` is the mean distance between how
    probable labels were said to be and how often they were right.

    \b
    nlptool classify-eval -m reviews.model test.txt
    """
    from cli.jobs.classify import chosen_classifier
    from cli.jobs.labelled_texts import labelled_texts
    from nlp.classification.config import OVA
    from nlp.errors import InputError
    from nlp.evaluation.texts import TextScore

    classifier = chosen_classifier(model, console)
    if threshold is None and classifier.config.loss == OVA:
        threshold = 0.5
    score, texts = TextScore(classifier.labels, threshold=threshold, most=k), 0
    for batch in labelled_texts(streams):
        score.add([one.labels for one in batch], classifier.probabilities([one.text for one in batch]))
        texts += len(batch)
    if not texts:
        raise InputError("there is no labelled text: nothing to judge by")
    with streams.open_output() as output:
        output.write(streams.printer(REPORT)(score.report()))
