"""`nlptool classify-train`: labelled texts in, a text classifier out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import chosen_names, command, streams, tell_idle
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.classification.config import METRICS, RECURRENT, ClassifierConfig
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
    "--method rnn reads the vectors themselves beside its own, which start from them.",
)
@option(
    "--autotune",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    group=TRAINING,
    help="First look for SECONDS for the settings that do best on --valid; those given stay as they are.",
)
@option(
    "--autotune-metric",
    type=click.Choice(METRICS),
    default=METRICS[0],
    group=TRAINING,
    help="What --autotune looks for.",
)
@training_options
def classify_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    class_weights: str,
    vectors: str | None,
    autotune: float | None,
    autotune_metric: str,
    **settings: Any,
) -> None:
    """Train a text classifier from labelled texts, one a line.

    A line is `__label__x text` (with several labels, several of these), a label, a tab and the text, or a
    record of JSONL with `label`, a string or a list, and `text`. With --valid, the best epoch is kept and
    probabilities are calibrated. The classifier depends on texts, settings and seed, and on nothing else.

    With --autotune many classifiers are trained, each with other settings, for SECONDS or until ^C; then one
    is trained by the best settings. `nlptool info` tells them, and training by them gives the same bytes.

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
    from cli.jobs.classify_train import Request, Tuning, run

    fixed = chosen_names()
    if autotune is None:
        tell_idle(console, "without --autotune", "autotune_metric")
    elif training.valid is None:
        raise click.UsageError("--autotune needs --valid: texts that tell which settings are better")
    elif training.checkpoint or settings["method"] == RECURRENT:
        other = "--method rnn" if settings["method"] == RECURRENT else "a checkpoint"
        raise click.UsageError(f"--autotune and {other} do not go together")
    tuning = None if autotune is None else Tuning(autotune, autotune_metric, fixed)
    if vectors and settings["method"] == RECURRENT:
        tell_idle(console, "with --vectors: words start from vectors of that size", "embed_dim")
    run(Request(streams, console, training, settings, class_weights, vectors, tuning))
