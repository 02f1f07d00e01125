"""`nlptool w2v-train`: tokens in, word vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import chosen_names, command, streams, tell_idle
from cli.options.files import ModelFile
from cli.options.help import option
from cli.options.settings import settings_options
from cli.options.training import training_options
from nlp.settings import DATA, MODEL
from nlp.text.phrases import THRESHOLD
from nlp.word2vec.config import Word2VecConfig
from nlp.word2vec.slice_settings import SliceSettings

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(None)
@settings_options(Word2VecConfig, SliceSettings)
@option(
    "--phrases",
    is_flag=True,
    group=DATA,
    help="First join words that belong together, as in New_York.",
)
@option(
    "--phrase-threshold",
    type=click.FloatRange(0),
    default=THRESHOLD,
    group=DATA,
    help="How many times as often as by chance words must meet to be joined.",
)
@option(
    "--update",
    metavar="MODEL",
    group=MODEL,
    help="Go on from MODEL, or vectors of any tool: all its words are kept, new ones join.",
)
@option(
    "--vectors",
    type=ModelFile(),
    metavar="FILE",
    group=MODEL,
    help="Word vectors, of any tool, that the words of the text start from; they decide --dim.",
)
@training_options
def w2v_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    phrases: bool,
    phrase_threshold: float,
    update: str | None,
    vectors: str | None,
    **settings: Any,
) -> None:
    """Train word vectors (word2vec) from tokens separated by spaces.

    A line is a sentence: no context crosses its end. The text is read once, from files or a pipe, and may
    be larger than memory. The model depends on the text, the settings and the seed: not on --workers, and
    not on interruptions.

    \b
    nlptool tokenize --lower book.txt | nlptool w2v-train -o book.model
    nlptool w2v-train --workers 4 --checkpoint-every 60 --resume -o big.model big.tokens
    nlptool similar -m book.model king
    """
    chosen = chosen_names()
    if not phrases:
        tell_idle(console, "without --phrases", "phrase_threshold")
    if update is not None and vectors is not None:
        raise click.UsageError("--update and --vectors both say what to start from; leave out one of the two")
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.w2v_train import Request, run

    threshold = phrase_threshold if phrases else None
    slices = SliceSettings(**{name: settings.pop(name) for name in SliceSettings.__dataclass_fields__})
    chosen &= settings.keys()
    run(Request(streams, console, training, settings, chosen, update, vectors, threshold, slices))
