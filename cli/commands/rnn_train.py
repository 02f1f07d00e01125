"""`nlptool rnn-train`: text or tokens in, recurrent language model out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import chosen_names, command, streams
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from cli.options.update import check_update, update_options
from nlp.data.vocabulary_settings import VocabularySettings
from nlp.networks.config import LanguageModelConfig
from nlp.settings import MODEL
from nlp.training.language_settings import LanguageSettings

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None)
@settings_options(LanguageModelConfig, VocabularySettings, LanguageSettings)
@option(
    "--vectors",
    type=ModelFile(),
    metavar="FILE",
    group=MODEL,
    help="Word vectors to start from; their dimensions become --embed-dim.",
)
@update_options
@training_options
def rnn_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    vectors: str | None,
    update: str | None,
    grow: bool,
    **settings: Any,
) -> None:
    """Train a language model from text (--level char, subword) or tokens separated by spaces (--level word).

    The text is one stream: state is carried across lines, and a line end is a token. The loss is in nats a
    token, and its exponential, the perplexity, is shown beside it. With --valid, both are shown for held-out
    text too, beside the perplexity of a 5-gram model, which a network should beat. The model depends on the
    text, the settings and the seed: not on --workers, and not on interruptions.

    \b
    nlptool rnn-train --valid end.txt --workers 2 -o letters.model book.txt
    nlptool tokenize book.txt | nlptool rnn-train --level word --tied --dropout 0.2 -o words.model
    nlptool generate -m letters.model --prompt "The "
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    if update is not None and vectors is not None:
        raise click.UsageError("--update and --vectors both tell where to start from; leave out one")
    check_update(console, update, "init", "init_scale", "forget_bias", grow=grow)
    chosen = chosen_names()
    if vectors is not None and "embed_dim" not in chosen:
        settings["embed_dim"] = None
    from cli.jobs.rnn_train import Request, run

    run(Request(streams, console, training, settings, chosen & settings.keys(), vectors, update, grow=grow))
