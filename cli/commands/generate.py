"""`nlptool generate`: a prompt in, its continuation by a language model out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.jobs.language_models import LANGUAGE_HELP, LANGUAGE_VARIABLE
from cli.options.common import chosen_options, command, model_option, streams

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

_OF_SAMPLING = ("temperature", "top_k", "top_p", "repetition_penalty", "repetition_window")


@command
@streams(reads="stdin")
@model_option(LANGUAGE_VARIABLE, LANGUAGE_HELP)
@click.option("--prompt", metavar="TEXT", help="The text to continue.  [default: each line of stdin]")
@click.option(
    "-n",
    "--length",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="Tokens of the model to generate: characters, or words and line ends.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Below 1 favours probable tokens more, above 1 less; 0 always takes the most probable.",
)
@click.option("--top-k", type=click.IntRange(1), help="Draw from the K most probable tokens only.")
@click.option(
    "--top-p",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Draw from the fewest tokens that hold this share of probability.",
)
@click.option(
    "--repetition-penalty",
    type=click.FloatRange(0.01, 100),
    default=1.0,
    show_default=True,
    help="Above 1, lower the score of tokens that have just been used, by this factor.",
)
@click.option(
    "--repetition-window",
    type=click.IntRange(1),
    default=64,
    show_default=True,
    help="How many of the last tokens, the prompt's among them, --repetition-penalty looks at.",
)
@click.option("--stop", multiple=True, metavar="TEXT", help="End before the first TEXT. Repeat for several.")
@click.option(
    "--count", type=click.IntRange(1), default=1, show_default=True, help="How many texts for each prompt."
)
@click.option(
    "--beam",
    type=click.IntRange(1, 1000),
    help="Search for the most probable texts, keeping this many hypotheses, instead of sampling.",
)
@click.option(
    "--novelty",
    metavar="FILE",
    help="Report on stderr the longest stretch that the text copies from FILE, the training text.",
)
@click.option("--unknown", is_flag=True, help="Allow <unk> in the text; by default it is never drawn.")
@click.option("--allow-repetition", is_flag=True, help="Do not end a text that only repeats itself.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="Same seed, same text; --beam needs none.  [default: a random one, shown on stderr]",
)
def generate(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    prompt: str | None,
    length: int,
    stop: tuple[str, ...],
    count: int,
    beam: int | None,
    novelty: str | None,
    unknown: bool,
    allow_repetition: bool,
    **sampling: Any,
) -> None:
    """Continue --prompt, or each line of stdin, with text that a language model generates.

    Each prompt is followed by its continuation and a line end; JSONL adds `generated`, `logprob` (nats, of
    all tokens drawn) and `ended` ("length", "stop" or "repetition") to the record whose `text` is the prompt.
    Without a prompt (nothing on stdin, or stdin is a terminal), text is generated from nothing. With
    --prompt, stdin is not read.

    The text appears as it is generated. It ends after --length tokens, before a --stop string, or when its
    end has repeated one cycle at least four times over. Penalty, temperature, --top-k and --top-p are applied
    in this order. --beam ends a text at its line end or, if given, at a --stop string; the best of --count
    texts comes first.

    \b
    nlptool generate -m book.model --prompt "The king" --temperature 0.7 -n 500
    nlptool generate -m book.model --count 5 --stop $'\\n' --seed 1
    nlptool generate -m book.model --input-format text --format jsonl < prompts.txt | jq -r .generated
    """
    if not all(stop):
        raise click.UsageError("--stop is empty, so nothing could be generated")
    if beam is not None:
        _refuse_sampling()
        if count > beam:
            from nlp.wording import number_of

            texts = number_of(beam, "text")
            raise click.UsageError(f"--beam {beam} finds no more than {texts}; lower --count")
    from cli.jobs.generate import Novelty, Prompts, TextWriter, searching, seeded
    from cli.jobs.language_models import chosen_language_model
    from nlp.decoding.generation import Limits

    prompts = Prompts(streams, prompt)
    limits = Limits(length, stop, allow_repetition)
    predictor = chosen_language_model(model)
    excluded = () if unknown else (predictor.vocabulary.unknown,)
    make = searching(beam, excluded) if beam else seeded(console, excluded, **sampling)
    copied = Novelty(novelty, predictor.vocabulary, console) if novelty else None
    with streams.open_output() as output:
        TextWriter(output, streams.format, console, predictor, limits).write(prompts, make, count, copied)
    if copied:
        copied.tell()


def _refuse_sampling() -> None:
    """Raises: UsageError where an option of sampling was given, for which beam search has no use."""
    for flag in chosen_options(*_OF_SAMPLING):
        raise click.UsageError(f"--beam searches and does not draw; leave out {flag}")
