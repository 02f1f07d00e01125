"""`nlptool seq2seq-train`: pairs of texts in, a model that writes the one from the other out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import command, streams
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.settings import DATA
from nlp.translation.config import TranslationConfig

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None, texts=False)
@option(
    "--targets",
    metavar="FILE",
    group=DATA,
    help="The targets, a line for each line of the sources, where these stand in files of their own.",
)
@option(
    "--valid-targets", metavar="FILE", group=DATA, help="The targets of --valid, where that holds sources."
)
@settings_options(TranslationConfig)
@training_options
def seq2seq_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    targets: str | None,
    valid_targets: str | None,
    **settings: Any,
) -> None:
    """Train a model that translates, or summarises, from pairs of texts: `source<TAB>target`, one a line.

    JSONL has `source` and `target`. With --targets, the sources and the targets are two files whose lines
    belong together. Texts are taken as they are; words are cut into pieces, which are learnt too. A recurrent
    encoder reads the source from both ends, and a decoder that attends to it writes the target; or both are
    a Transformer.

    With --valid, the loss and the BLEU of held-out pairs are told after each epoch, and the best epoch is
    kept. The BLEU is that of sacreBLEU, tok:zh for targets in Chinese, else tok:13a, of translations by the
    best piece at each step; `translate` looks further, and is better by a point or two.

    \b
    nlptool seq2seq-train -o de.model --valid held-out.tsv pairs.tsv
    nlptool seq2seq-train -o de.model train.en --targets train.de
    nlptool translate -m de.model letter.txt
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    if valid_targets and not training.valid:
        raise click.UsageError("--valid-targets needs --valid: the sources that belong to them")
    from cli.jobs.seq2seq_train import Request, run

    run(Request(streams, console, training, settings, targets, valid_targets))
