"""`nlptool rnn-train`: text or tokens in, recurrent language model out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.common import chosen_options, command, streams
from cli.options.training import training_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from cli.options.common import Command
    from cli.options.training import Training

_MODEL_OPTIONS = [
    click.option(
        "--level",
        type=click.Choice(["char", "word"]),
        default="char",
        show_default=True,
        help="What a token is: a character, or what spaces separate.",
    ),
    click.option(
        "--min-count", type=click.IntRange(1), default=1, show_default=True, help="Rarer tokens become <unk>."
    ),
    click.option(
        "--max-vocab",
        type=click.IntRange(4),
        help="Keep the most frequent tokens only, the line end and <unk> among them; others become <unk>.",
    ),
    click.option(
        "--cell",
        type=click.Choice(["rnn", "lstm", "gru", "nnlm"]),
        default="lstm",
        show_default=True,
        help="The recurrent cell; or nnlm, the feed-forward model of the last --context tokens.",
    ),
    click.option(
        "--layers", type=click.IntRange(1, 64), default=2, show_default=True, help="Layers of cells."
    ),
    click.option(
        "--hidden", type=click.IntRange(1, 100_000), default=128, show_default=True, help="Units of a layer."
    ),
    click.option(
        "--embed-dim",
        type=click.IntRange(1, 100_000),
        default=128,
        show_default=True,
        help="Dimensions of a token's vector.",
    ),
    click.option(
        "--activation",
        type=click.Choice(["tanh", "relu"]),
        default="tanh",
        show_default=True,
        help="Activation of --cell rnn.",
    ),
    click.option(
        "--gru-reset",
        type=click.Choice(["before", "after"]),
        default="before",
        show_default=True,
        help="Of --cell gru: reset before the recurrent product (Cho 2014), or after it (cuDNN; a little "
        "faster).",
    ),
    click.option(
        "--norm",
        type=click.Choice(["none", "batch", "batch-input"]),
        default="none",
        show_default=True,
        help="Batch normalisation: of both matrix products of a cell, or of the input's alone.",
    ),
    click.option(
        "--dropout",
        type=click.FloatRange(0, 1, max_open=True),
        default=0.0,
        show_default=True,
        help="Share of units dropped between layers while training.",
    ),
    click.option("--tied", is_flag=True, help="One matrix for embedding and output: needs equal widths."),
    click.option(
        "--softmax",
        type=click.Choice(["full", "adaptive"]),
        default="full",
        show_default=True,
        help="Over all tokens, or over clusters by frequency, faster for large vocabularies.",
    ),
    click.option(
        "--context",
        type=click.IntRange(1, 100),
        default=5,
        show_default=True,
        help="Of --cell nnlm: how many tokens it predicts from.",
    ),
    click.option(
        "--direct", is_flag=True, help="Of --cell nnlm: connect the context to the output directly too."
    ),
    click.option(
        "--bidirectional", is_flag=True, help="Learn to fill gaps from both sides, for nlptool fill."
    ),
    click.option(
        "--vectors", metavar="FILE", help="Word vectors to start from; their dimensions become --embed-dim."
    ),
    click.option(
        "--init-scale",
        type=click.FloatRange(0, min_open=True),
        help="Draw every weight from ± this.  [default: ±0.1 for vectors, ±1/√hidden for the others]",
    ),
    click.option(
        "--init",
        type=click.Choice(["uniform", "orthogonal", "identity"]),
        default="uniform",
        show_default=True,
        help="Recurrent weights at the start; the identity needs a small --lr.",
    ),
    click.option(
        "--forget-bias",
        type=float,
        default=1.0,
        show_default=True,
        help="Of --cell lstm: bias of the forget gate at the start.",
    ),
]

_OPTIMIZATION_OPTIONS = [
    click.option(
        "--bptt",
        type=click.IntRange(1, 100_000),
        default=50,
        show_default=True,
        help="Truncate backpropagation after this many tokens; state is carried on.",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, 100_000),
        default=50,
        show_default=True,
        help="Cut the text into this many columns, read side by side.",
    ),
    click.option(
        "--shards",
        type=click.IntRange(1, 64),
        default=2,
        show_default=True,
        help="Parts of a batch: the most --workers that can share it. Changes the model.",
    ),
    click.option(
        "--optimizer",
        type=click.Choice(["adam", "sgd"]),
        default="adam",
        show_default=True,
        help="How weights are updated.",
    ),
    click.option(
        "--lr-decay",
        type=click.FloatRange(0, 1, min_open=True),
        default=1.0,
        show_default=True,
        help="Multiply the learning rate by this at each epoch after the first --decay-after.",
    ),
    click.option(
        "--decay-after",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        help="Epochs at the first learning rate.",
    ),
    click.option(
        "--clip",
        type=click.FloatRange(0),
        default=5.0,
        show_default=True,
        help="Scale the gradient of the mean loss down to at most this norm; 0: never.",
    ),
    click.option(
        "--clip-value",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        help="Clip each value of the gradient to ± this; 0: never.",
    ),
]


def _with(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def decorate(function: Command) -> Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@command
@streams(writes="model")
@_with(_MODEL_OPTIONS)
@_with(_OPTIMIZATION_OPTIONS)
@training_options(epochs=10, lr=None, lr_help="First learning rate.  [default: 0.002; sgd: 4]")
def rnn_train(
    *, streams: Streams, console: Console, training: Training, vectors: str | None, **settings: Any
) -> None:
    """Train a language model from text (--level char) or from tokens separated by spaces (--level word).

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
    if vectors is not None and not chosen_options("embed_dim"):
        settings["embed_dim"] = None
    from cli.jobs.rnn_train import Request, run

    run(Request(streams, console, training, settings, vectors))
