"""`nlptool w2v-train`: tokens in, word vectors out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cli.options.common import command, streams
from cli.options.training import training_options

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.training import Training


@command
@streams(writes="model")
@click.option(
    "--arch",
    type=click.Choice(["skipgram", "cbow"]),
    default="skipgram",
    show_default=True,
    help="Predict each context word from the word, or (cbow, faster) the word from all its context.",
)
@click.option(
    "--loss",
    type=click.Choice(["ns", "hs", "softmax"]),
    default="ns",
    show_default=True,
    help="Negative sampling, hierarchical softmax (better on small texts), or full softmax (slow).",
)
@click.option(
    "--dim", type=click.IntRange(1, 4096), default=100, show_default=True, help="Dimensions of a vector."
)
@click.option(
    "--window",
    type=click.IntRange(1, 64),
    default=5,
    show_default=True,
    help="Context words on either side, at most.",
)
@click.option(
    "--negatives", type=click.IntRange(1, 64), default=5, show_default=True, help="Noise words per pair."
)
@click.option(
    "--min-count", type=click.IntRange(1), default=5, show_default=True, help="Leave out rarer words."
)
@click.option("--max-vocab", type=click.IntRange(2), help="Keep the most frequent words only.")
@click.option(
    "--subsample",
    type=click.FloatRange(0, 1),
    default=1e-3,
    show_default=True,
    help="Drop words more frequent than this share of the text at random; 0 keeps all.",
)
@click.option(
    "--subwords",
    is_flag=True,
    default=False,
    help="Learn vectors of character n-grams too, as fastText does: unseen words then have vectors.",
)
@click.option("--phrases", is_flag=True, help="First join words that belong together, as in New_York.")
@click.option(
    "--phrase-threshold",
    type=click.FloatRange(0),
    default=100.0,
    show_default=True,
    help="How many times as often as by chance words must meet to be joined.",
)
@click.option(
    "--update", metavar="MODEL", help="Go on from MODEL: its words start from their vectors, new ones join."
)
@training_options(epochs=5, lr=None, lr_help="First learning rate.  [default: 0.05; cbow: 0.2]")
def w2v_train(
    *,
    streams: Streams,
    console: Console,
    training: Training,
    phrases: bool,
    phrase_threshold: float,
    update: str | None,
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
    context = click.get_current_context()
    given = ParameterSource.COMMANDLINE
    chosen = {name for name in context.params if context.get_parameter_source(name) is given}
    if "phrase_threshold" in chosen and not phrases:
        console.warn("--phrase-threshold changes nothing without --phrases")
    if "negatives" in chosen and settings["loss"] != "ns":
        console.warn(f"--negatives changes nothing with --loss {settings['loss']}")
    from cli.io.writing import check_output

    for path in filter(None, (training.output, training.checkpoint)):
        check_output(path)
    from cli.jobs.w2v_train import Request, run

    threshold = phrase_threshold if phrases else None
    run(Request(streams, console, training, settings, chosen & settings.keys(), update, threshold))
