"""`nlptool classify-train`: labelled texts in, a text classifier out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options.common import command, streams
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.classification.config import ClassifierConfig
from nlp.settings import MODEL, TRAINING

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None, texts=False)
@settings_options(ClassifierConfig)
@option(
    "--class-weights",
    metavar="none|balanced|FILE",
    default="none",
    group=TRAINING,
    help="Let texts of rare labels count more (balanced), or each label as FILE says: label, tab, weight.",
)
@option(
    "--vectors",
    type=ModelFile(),
    metavar="FILE",
    group=MODEL,
    help="Word vectors: groups of words that lie together count as words do. Best on little text.",
)
@training_options
def classify_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    class_weights: str,
    vectors: str | None,
    **settings: Any,
) -> None:
    """Train a text classifier from labelled texts, one a line.

    A line is `__label__x text` (with several labels, several of these), a label, a tab and the text, or a
    record of JSONL with `label`, a string or a list, and `text`. With --valid, the best epoch is kept and
    probabilities are calibrated. The classifier depends on texts, settings and seed, and on nothing else.

    \b
    nlptool classify-train -o reviews.model reviews.txt --valid held-out.txt
    echo 'a fine film' | nlptool classify -m reviews.model
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.classify_train import Request, run

    run(Request(streams, console, training, settings, class_weights, vectors))
