"""`nlptool classify-train`: labelled texts in, a text classifier out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options.common import command, streams
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.classification.config import ClassifierConfig
from nlp.classification.recurrent.config import RecurrentClassifierConfig
from nlp.settings import MODEL, TRAINING

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None, texts=False)
@settings_options(ClassifierConfig, RecurrentClassifierConfig)
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
    help="Word vectors, best on little text: groups of words that lie together count as words do; "
    "--method rnn reads the vectors themselves beside its own.",
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

    With --method rnn it is a network: recurrent layers read a text from both sides, and --pool makes one
    vector of it. It takes many times as long, and knows the order of words. Of a text of over 512 tokens it
    reads the first and the last 256. The model depends on the kind of processor too.

    \b
    nlptool classify-train -o reviews.model reviews.txt --valid held-out.txt
    echo 'a fine film' | nlptool classify -m reviews.model
    nlptool classify-train --method rnn --vectors en-vectors -o r.model reviews.txt
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.classify_train import Request, run

    run(Request(streams, console, training, settings, class_weights, vectors))
