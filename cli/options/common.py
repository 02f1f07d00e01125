"""Options that mean the same on every command, as decorators that hand a command one object each."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import click

from cli.console import Console
from cli.io.reading import Input
from cli.io.streams import JSONL, TEXT, Streams
from cli.options.suggestions import no_such, option_meant

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]

_FORMATS = click.Choice([TEXT, JSONL])
_COMMON = (
    *("--output", "--format", "--input-format", "--errors", "--model"),
    *("--quiet", "--verbose", "--no-progress", "--log-json", "--help"),
)


class _Command(click.Command):
    """A command that lists its own options before the common ones, and knows what other tools call them."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own options as they are written, then the common ones in the order of `_COMMON`."""
        place = {name: number for number, name in enumerate(_COMMON)}
        return sorted(
            super().get_params(ctx), key=lambda parameter: max(place.get(name, -1) for name in parameter.opts)
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line.

        Raises: NoSuchOption, with what the user may have meant; BadParameter for a number that is not finite
        """
        words = list(args)  # click's parser empties the list
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            known = {name for parameter in self.params for name in parameter.opts}
            found = option_meant(error.option_name, words, known)
            if not found:
                raise
            name, meant = found
            raise click.NoSuchOption(name, no_such("option", name, [meant]), ctx=ctx) from None
        for parameter in self.params:
            _check_finite(ctx, parameter)
        return rest


def _check_finite(ctx: click.Context, parameter: click.Parameter) -> None:
    """Refuse NaN and infinity, which click takes for numbers. Raises: BadParameter."""
    value = ctx.params.get(parameter.name or "")
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, float) and not math.isfinite(number):
            raise click.BadParameter(f"{number} is not a finite number", ctx, parameter)


def command(function: Command) -> click.Command:
    """A click command with the options that every command has; its docstring is the help text."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    return click.command(cls=_Command, context_settings=settings)(_console_options(function))


output_option = click.option(
    "-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all. [default: stdout]"
)
"""`-o/--output FILE`."""

neighbours_option = click.option(
    "-k", type=click.IntRange(1), default=10, show_default=True, help="How many answers."
)
"""`-k N`."""


_model_output_option = click.option(
    "-o", "--output", metavar="FILE", help="Write the model to FILE, whole or not at all.  [required]"
)


def streams(*, reads: str = "FILES", writes: str = "records") -> Callable[[Command], Command]:
    """Options on input and output, handed to the command as one `streams: Streams`.

    `reads` is "FILES" (named as arguments, else stdin), "stdin" (the arguments mean something else) or "".
    `writes` is "records" or "model": then the help says that -o is required, and --format
    is that of the input.
    """
    of_input = "the input, unless --input-format or a file's name says otherwise"
    if writes == "model":
        formatted = f"Format of {of_input}; a model is binary."
    else:
        formatted = f"Format of the output, and of {of_input}." if reads else "Format of the output."
    output = [
        _model_output_option if writes == "model" else output_option,
        click.option("--format", "format_", type=_FORMATS, default=TEXT, show_default=True, help=formatted),
    ]
    source = [
        click.option(
            "--input-format",
            type=_FORMATS,
            help="Format of the input; a file ending in .jsonl is JSONL by itself.",
        ),
        click.option(
            "--errors",
            type=click.Choice(["strict", "replace"]),
            default="strict",
            show_default=True,
            help="On bad UTF-8 or malformed JSONL: stop, or replace the bytes and skip the records.",
        ),
    ]
    files = [click.argument("files", nargs=-1, metavar="[FILES]...")]
    chosen = output + (source if reads else []) + (files if reads == "FILES" else [])

    def decorate(function: Command) -> Command:
        @functools.wraps(function)
        def with_streams(
            *,
            output: str | None,
            format_: str,
            files: tuple[str, ...] = (),
            input_format: str | None = None,
            errors: str = "strict",
            console: Console,
            **others: Any,
        ) -> Any:
            source = Input(files, replace=errors == "replace", console=console)
            streams = Streams(source, output, input_format, format_, console)
            return function(streams=streams, console=console, **others)

        decorated: Command = with_streams
        for option in reversed(chosen):
            decorated = option(decorated)
        return decorated

    return decorate


def model_option(variable: str, help_text: str) -> Callable[[Command], Command]:
    """`-m/--model FILE`, with an environment variable as its default."""
    return click.option(
        "-m", "--model", "model", metavar="FILE", envvar=variable, show_envvar=True, help=help_text
    )


def chosen_options(*names: str) -> list[str]:
    """The flags, in their long form, of those options in `names` that the command line gives."""
    context = click.get_current_context()
    chosen = click.core.ParameterSource.COMMANDLINE
    return [
        max(option.opts, key=len)
        for option in context.command.params
        if option.name in names and context.get_parameter_source(option.name) is chosen
    ]


def _console_options(function: Command) -> Command:
    """Add the options on what goes to stderr; they set the run's `Console`, which click's context holds."""

    @click.option("--log-json", is_flag=True, help="Progress as JSON lines on stderr.")
    @click.option("--no-progress", is_flag=True, help="No progress on stderr.")
    @click.option("-v", "--verbose", count=True, help="Notes on stderr; -vv shows the traceback of an error.")
    @click.option("-q", "--quiet", is_flag=True, help="Errors only on stderr.")
    @functools.wraps(function)
    def with_console(*, quiet: bool, verbose: int, no_progress: bool, log_json: bool, **others: Any) -> Any:
        context = click.get_current_context()
        console = context.ensure_object(Console)
        console.quiet, console.verbose = quiet, verbose
        console.progress, console.log_json = not no_progress, log_json
        return context.invoke(function, console=console, **others)

    return with_console
