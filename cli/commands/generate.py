"""`nlptool generate`: a prompt in, its continuation by a language model out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.jobs.language_models import LANGUAGE_HELP, LANGUAGE_VARIABLE
from cli.options.common import chosen_options, command, model_option, streams, tell_idle
from cli.options.help import OPTIONS, option
from cli.options.mixing import mix_option
from cli.options.settings import settings_options
from nlp.decoding.settings import Sampling
from nlp.settings import settings_of

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Streams

_OF_SAMPLING = [name for name, _ in settings_of(Sampling)]


@command
@streams(reads="stdin")
@model_option(LANGUAGE_VARIABLE, LANGUAGE_HELP)
@mix_option()
@option("--prompt", metavar="TEXT", show_default="each line of stdin", help="The text to continue.")
@option(
    "-n",
    "--length",
    type=click.IntRange(1),
    default=200,
    help="Tokens of the model to generate: characters, or words and line ends.",
)
@settings_options(Sampling, group=OPTIONS)
@option("--stop", multiple=True, metavar="TEXT", help="End before the first TEXT. Repeat for several.")
@option("--count", type=click.IntRange(1), default=1, help="How many texts for each prompt.")
@option(
    "--beam",
    type=click.IntRange(1, 1000),
    help="Search for the most probable texts, keeping this many hypotheses, instead of sampling.",
)
@option(
    "--min-length",
    type=click.IntRange(1),
    metavar="N",
    help="Fewest tokens, the stop string's included, that a text of --beam ends with.",
)
@option(
    "--novelty",
    metavar="FILE",
    help="Report on stderr the longest stretch that the text copies from FILE, the training text.",
)
@option(
    "--reject-copies",
    type=click.IntRange(1),
    metavar="N",
    help="Never write N tokens in a row that stand in the FILE of --novelty.",
)
@option("--detokenize", is_flag=True, help="Write words as running text: no space before a comma, say.")
@option("--unknown", is_flag=True, help="Allow <unk> in the text; by default it is never drawn.")
@option("--allow-repetition", is_flag=True, help="Do not end a text that only repeats itself.")
@option(
    "--seed",
    type=click.IntRange(0),
    show_default="a random one, shown on stderr",
    help="Same seed, same text; --beam needs none.",
)
def generate(
    *,
    streams: Streams,
    console: Console,
    model: str | None,
    mix: tuple[str, ...],
    prompt: str | None,
    length: int,
    stop: tuple[str, ...],
    count: int,
    beam: int | None,
    min_length: int | None,
    novelty: str | None,
    reject_copies: int | None,
    detokenize: bool,
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
    end has repeated one cycle at least four times over and for 64 tokens or more (looked at every 32 tokens).
    Penalty, temperature, --top-k and --top-p are applied in this order. --beam ends a text at its line end
    or, if given, at a --stop string; the best of --count texts comes first, by its `score`: the
    log-probability normalised for length, logprob / ((5 + tokens) / 6)^0.6.

    --detokenize is for models of words: spaces stand as in running English or Chinese text, brackets and
    quotation marks at what they hold; the prompt stays as it is.

    --mix, of which there may be several, takes models of the same level, as score does; only tokens of -m are
    written.

    --reject-copies leaves out, token by token, what would complete a stretch of N tokens of the training
    text, which is read before the first prompt; `logprob` stays that of the model.

    \b
    nlptool generate -m book.model --prompt "The king" --temperature 0.7 -n 500
    nlptool generate -m book.model --count 5 --stop $'\\n' --seed 1
    nlptool generate -m book.model --format jsonl < prompts.txt | jq -r .generated
    """
    if not all(stop):
        raise click.UsageError("--stop is empty, so nothing could be generated")
    if reject_copies and not novelty:
        raise click.UsageError("--reject-copies needs --novelty FILE, the training text")
    if beam is not None:
        _check_beam(beam, count, length, min_length)
        tell_idle(console, "with --beam", "seed")
    elif min_length is not None:
        raise click.UsageError("--min-length is of --beam; give that too")
    elif not sampling["temperature"]:
        tell_idle(console, "with --temperature 0", "seed")
        if count > 1:
            console.warn(
                f"--temperature 0 makes the same text {count} times; --beam {count} makes different ones"
            )
    from cli.jobs.generate import Novelty, Prompts, TextWriter, searching, seeded
    from cli.jobs.mixing import Mixing
    from nlp.decoding.generation import Limits
    from nlp.text.vocabulary import WORDS

    prompts = Prompts(streams, prompt)
    predictor = Mixing.parsed(mix).predictor(model)
    excluded = () if unknown else (predictor.vocabulary.unknown,)
    if detokenize and predictor.vocabulary.level != WORDS:
        console.warn("--detokenize changes nothing: the model has the spaces of its text")
    if beam:
        make = searching(beam, excluded, detokenize=detokenize)
    else:
        make = seeded(console, excluded, detokenize=detokenize, **sampling)
    copied = Novelty(novelty, streams.input, predictor.vocabulary, console) if novelty else None
    forbidden = copied.guard(reject_copies) if copied and reject_copies else None
    limits = Limits(length, stop, allow_repetition, min_length or 0, forbidden)
    with streams.open_output() as output:
        TextWriter(output, streams.format, console, predictor, limits).write(prompts, make, count, copied)
    if copied:
        copied.tell()


def _check_beam(beam: int, count: int, length: int, min_length: int | None) -> None:
    """Raises: UsageError for more than a beam can do, and where an option of sampling was given."""
    for flag in chosen_options(*_OF_SAMPLING):
        raise click.UsageError(f"--beam searches and does not draw; leave out {flag}")
    if count > beam:
        from nlp.wording import number_of

        texts = number_of(beam, "text")
        raise click.UsageError(f"--beam {beam} finds no more than {texts}; lower --count")
    if min_length is not None and min_length > length:
        raise click.UsageError(f"--min-length {min_length} is more than --length {length}")
