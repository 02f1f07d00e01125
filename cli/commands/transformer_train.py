"""`nlptool transformer-train`: text or tokens in, decoder-only language model out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options.common import chosen_names, command, streams
from cli.options.settings import settings_options
from cli.options.training import training_options
from cli.options.update import check_update, update_options
from nlp.data.vocabulary_settings import VocabularySettings
from nlp.networks.transformer_config import TransformerConfig
from nlp.training.transformer_settings import TransformerSettings

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None)
@settings_options(TransformerConfig, VocabularySettings, TransformerSettings)
@update_options
@training_options
def transformer_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    update: str | None,
    grow: bool,
    **settings: Any,
) -> None:
    """Train a Transformer from text (--level char, subword) or tokens separated by spaces (--level word).

    It reads the text as one stream: each layer sees the --context tokens before its own, across lines, and a
    line end is a token. The learning rate rises in the first steps and falls to 0 in the last, so a training
    has the length that --epochs gives it. Loss, perplexity, --valid and what the model depends on are as in
    nlptool rnn-train. The model is for nlptool generate and score.

    \b
    nlptool transformer-train --valid end.txt --workers 2 -o letters.model book.txt
    nlptool tokenize book.txt | nlptool transformer-train --level word --dropout 0.2 -o words.model
    nlptool generate -m letters.model --prompt "The "
    """
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    check_update(console, update, grow=grow)
    from cli.jobs.transformer_train import TRANSFORMERS, Request, run

    chosen = chosen_names() & settings.keys()
    run(Request(streams, console, training, settings, chosen, None, update, TRANSFORMERS, grow))
