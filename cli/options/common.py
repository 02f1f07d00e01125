"""Options that mean the same on every command, as decorators that hand a command one object each."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from cli.console import Console
from cli.io.meter import beside
from cli.io.printers import CSV, JSONL, RECORDS, TEXT, TSV, Form
from cli.io.reading import UTF_8, Input
from cli.io.streams import Streams
from cli.options.endings import refuse_json, writable
from cli.options.files import is_model, know_files, model_hint, refuse_models
from cli.options.help import INPUT, LOGGING, OUTPUT, all_of, option, write_options
from cli.options.replacing import refuse_replacing
from cli.options.stdin import refuse_stdin_twice
from cli.options.suggestions import FILES, argument_hint, glued_option, no_such, option_hint, option_meant
from nlp.settings import DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.options.help import Command

VECTORS_VARIABLE = "NLPTOOL_MODEL"
"""The environment variable that names word vectors."""

_COMMON = (
    *("--model", "--input-format", "--encoding", "--errors", "--format"),
    *("--quiet", "--verbose", "--no-progress", "--log-json", "--help"),
)


_MAKERS = "makers"
_WORDS = "nlptool.words"
INSTEAD = "nlptool.instead"
"""Where the meta data of a context has values by name, which take the place of those on the command line."""


class _Command(click.Command):
    """A command that lists its options in groups, and knows what other tools call them."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Where it writes, its own options as they are written, then the common ones as in `_COMMON`."""
        place = {"--output": -2, **{name: number for number, name in enumerate(_COMMON)}}

        def order(parameter: click.Parameter) -> int:
            return next((place[name] for name in parameter.opts if name in place), -1)

        return sorted(super().get_params(ctx), key=order)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their groups."""
        write_options(self.get_params(ctx), ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line, and put the objects that options make up in their place.

        Raises: NoSuchOption, with what the user may have meant; BadParameter for a number that is not finite;
                UsageError for an argument too many
        """
        words = ctx.meta[_WORDS] = list(args)  # click's parser empties the list
        try:
            self._refuse_glued(ctx, words)
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            found = option_meant(error.option_name, words, self._names())
            if not found:
                raise
            name, meant = found
            raise click.NoSuchOption(name, no_such("option", name, option_hint(meant)), ctx=ctx) from None
        if rest:
            hint = model_hint(rest[0]) if is_model(rest[0]) else argument_hint(self.name)
            raise click.UsageError(f"unexpected argument {rest[0]!r}; {hint}", ctx)
        for name, value in ctx.meta.get(INSTEAD, {}).items():
            ctx.params[name] = value
            ctx.set_parameter_source(name, click.core.ParameterSource.COMMANDLINE)
        for parameter in self.params:
            _check_finite(ctx, parameter)
            _read_as_utf8(ctx, parameter)
        if not ctx.resilient_parsing:
            _make_objects(self.callback, ctx)
        return rest

    def _names(self) -> set[str]:
        """The names of all options and, if it takes files, what stands for those."""
        return {name for one in self.params for name in (*one.opts, one.metavar) if name}

    def _refuse_glued(self, ctx: click.Context, words: Sequence[str]) -> None:
        """Raises: NoSuchOption for a long name behind one dash."""
        options = (one for one in self.params if isinstance(one, click.Option) and not one.is_flag)
        taking = {name for one in options if not one.count for name in one.opts}
        if name := glued_option(words, self._names(), taking):
            raise click.NoSuchOption(name, ctx=ctx)


def making(function: Command, make: Callable[[dict[str, Any]], None]) -> Command:
    """Let `make` replace options by the object that they make up, before the command gets its arguments.

    The decorator that is written first makes its object first, so that later ones can build on it.
    """
    setattr(function, _MAKERS, [make, *getattr(function, _MAKERS, ())])
    return function


def words_of(context: click.Context) -> list[str]:
    """The words behind the name of a command, as they were written."""
    return list(context.meta[_WORDS])


def _make_objects(function: Command | None, ctx: click.Context) -> None:
    """Run what `making` was given. Raises: UsageError, with the command that it is about."""
    try:
        refuse_models(ctx.command.params, ctx.params)
        refuse_replacing(ctx.command.params, ctx.params)
        refuse_stdin_twice(ctx.command.params, ctx.params)
        for make in getattr(function, _MAKERS, ()):
            make(ctx.params)
    except click.UsageError as error:
        error.ctx = error.ctx or ctx
        raise


def _check_finite(ctx: click.Context, parameter: click.Parameter) -> None:
    """Refuse NaN and infinity, which click takes for numbers. Raises: BadParameter."""
    value = ctx.params.get(parameter.name or "")
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, float) and not math.isfinite(number):
            raise click.BadParameter(f"{number} is not a finite number", ctx, parameter)


def _read_as_utf8(ctx: click.Context, parameter: click.Parameter) -> None:
    """Take words for UTF-8 whatever the locale says; names of files are what the system calls them."""
    is_file = isinstance(parameter.type, click.Path) and "WORD" not in (parameter.metavar or "")
    if parameter.name and not is_file and sys.getfilesystemencoding() != UTF_8:
        value = ctx.params.get(parameter.name)
        ctx.params[parameter.name] = tuple(map(_utf8, value)) if isinstance(value, tuple) else _utf8(value)


def _utf8(value: Any) -> Any:
    return os.fsencode(value).decode(UTF_8, "surrogateescape") if isinstance(value, str) else value


def command(function: Command) -> click.Command:
    """A click command with the options that every command has; its docstring is the help text."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "allow_extra_args": True}
    made = click.command(cls=_Command, context_settings=settings)(_console_options(function))
    know_files(made.params)
    return made


output_option = option(
    "-o",
    "--output",
    metavar="FILE",
    callback=writable,
    group=OUTPUT,
    show_default="stdout",
    help="Write to FILE, whole or not at all.",
)
"""`-o/--output FILE`."""

neighbours_option = option("-k", type=click.IntRange(1), default=10, help="How many answers.")
"""`-k N`."""


limit_option = option(
    "--limit", type=click.IntRange(1), metavar="N", help="Read the first N words of the vectors only."
)
"""`--limit N`, of commands that read word vectors."""


MODEL_OUTPUT = "Write the model to FILE, whole or not at all.  [required]"


def _model_output_option(told: str) -> Callable[[Command], Command]:
    """`-o/--output FILE`, of commands that write a model."""
    return option("-o", "--output", metavar="FILE", callback=writable, group=OUTPUT, help=told)


def _known_encoding(context: click.Context, parameter: click.Parameter, name: str) -> str:
    """The name as Python spells it. Raises: BadParameter for one that is no encoding of text."""
    import codecs

    try:
        found = codecs.lookup(name)
        "".encode(name)  # not one from bytes to bytes, such as hex
    except (LookupError, ValueError):
        message = f"{name!r} is no encoding of text; try latin-1, cp1252, gb18030, big5, shift_jis or utf-16"
        raise click.BadParameter(message, context, parameter) from None
    return found.name


def streams(
    writes: Form | None = RECORDS,
    *,
    reads: str = "FILES",
    texts: bool = True,
    records: bool = True,
    plans: bool = True,
    output: str = MODEL_OUTPUT,
) -> Callable[[Command], Command]:
    """Options on input and output, handed to the command as one `streams: Streams`.

    `reads` is "FILES" (named as arguments, else stdin), "stdin" (the arguments mean something else) or "".
    `texts` is whether what is read are texts, which CSV and TSV may hold in a column, and not questions;
    `records` is whether its form may be told: that of text with labels shows.
    `writes` is the form of the records, or None for a model: then `output` is what the help tells of -o, and
    `plans` is whether there is --dry-run, of which --format is.
    """
    formatted = "Format of the output."
    if writes is None:
        of_model = (
            "Format of what --dry-run tells" if plans else "With jsonl, input that begins with { is JSONL"
        )
        formatted = f"{of_model}; a model is binary."
    group = DATA if writes is None else INPUT
    formats = (TEXT, JSONL) if writes is None else writes.formats
    written = [
        _model_output_option(output) if writes is None else output_option,
        option("--format", "format_", type=click.Choice(formats), default=TEXT, group=OUTPUT, help=formatted),
    ]
    told_form = option(
        "--input-format",
        type=click.Choice([TEXT, JSONL, CSV, TSV] if texts else [TEXT, JSONL]),
        group=group,
        show_default="found out: by the file's ending; with --format jsonl, JSONL begins with {",
        help="Format of the input.",
    )
    source = [
        *([told_form] if records else []),
        *([field_option(group)] if texts else []),
        encoding_option(group),
        option(
            "--errors",
            type=click.Choice(["strict", "replace"]),
            default="strict",
            group=group,
            help="On bad UTF-8 or malformed JSONL: stop, or replace the bytes and skip the records.",
        ),
    ]
    files = [click.argument("files", nargs=-1, metavar=FILES)]
    chosen = written + (source if reads else []) + (files if reads == "FILES" else [])

    def check_ending(options: dict[str, Any]) -> None:
        if writes is None:
            refuse_json(options["output"], "a model is binary; give it another ending")
        elif options["format_"] != JSONL and not (options["format_"] == TEXT and writes.is_json):
            refuse_json(options["output"], "give --format jsonl, or another ending")

    def decorate(function: Command) -> Command:
        return making(making(all_of(chosen)(function), _make_streams), check_ending)

    return decorate


def encoding_option(group: str) -> Callable[[Command], Command]:
    """`--encoding NAME`, of commands that read text."""
    return option(
        "--encoding",
        metavar="NAME",
        default=UTF_8,
        callback=_known_encoding,
        group=group,
        help="How the input's characters are written: latin-1, gb18030, utf-16 …",
    )


def field_option(group: str) -> Callable[[Command], Command]:
    """`--field NAME`, of commands that read texts."""
    return option(
        "--field",
        metavar="NAME",
        group=group,
        show_default="text",
        help="The field of JSONL, or the column of CSV or TSV, that holds the text.",
    )


def _make_streams(options: dict[str, Any]) -> None:
    console, files = options["console"], options.pop("files", ())
    part, of_part = options.pop("part", None), options.pop("of_part", None)
    replace, encoding = options.pop("errors", "strict") == "replace", options.pop("encoding", UTF_8)
    source = Input(files, replace, encoding, console, beside(console, options["output"]), part)
    forms = options.pop("input_format", None), options.pop("format_")
    reads_columns, field = "field" in options, options.pop("field", None)
    options["streams"] = Streams(
        source, options.pop("output"), *forms, console, field, reads_columns, of_part
    )


def model_option(
    variable: str | None, help_text: str, default: bool | str = True, *, compares: bool = False
) -> Callable[[Command], Command]:
    """`-m/--model MODEL`, with an environment variable as its default, or None.

    The value is a path or None; of a command that `compares` models, all that were named.
    """
    return option(
        "-m",
        "--model",
        metavar="MODEL",
        multiple=True,
        callback=None if compares else _one_model,
        group=INPUT,
        envvar=variable,
        show_envvar=True,
        show_default=default,
        help=help_text,
    )


def _one_model(context: click.Context, _parameter: click.Parameter, models: tuple[str, ...]) -> str | None:
    """The model that is named, if any. Raises: UsageError for several."""
    if len(models) > 1:
        raise click.UsageError(f"-m names two models, {models[0]} and {models[1]}; name one", context)
    return models[0] if models else None


_BUNDLED = "the English ones that come with nlptool"
_OF_VECTORS = (VECTORS_VARIABLE, "Word vectors of w2v-train, word2vec or GloVe.", _BUNDLED)
vectors_option = model_option(*_OF_VECTORS)
"""`-m/--model FILE` of commands that need word vectors."""


any_models_option = model_option(
    VECTORS_VARIABLE, "A model of any kind, or word vectors of another tool.", _BUNDLED, compares=True
)
"""`-m/--model FILE` of a command that takes models of every kind, several of them."""


compared_vectors_option = model_option(*_OF_VECTORS, compares=True)
"""`-m/--model FILE` of commands that need word vectors, several of them for some of their answers."""


def named_models(arguments: tuple[str, ...], models: tuple[str, ...]) -> tuple[str, ...]:
    """The models of a command that takes them as arguments or by -m; the environment only without either."""
    return (*arguments, *(models if not arguments or chosen_options("model") else ()))


def chosen_names() -> set[str]:
    """The names of the parameters that the command line gives."""
    context = click.get_current_context()
    given = click.core.ParameterSource.COMMANDLINE
    names = (parameter.name for parameter in context.command.params if parameter.name)
    return {name for name in names if context.get_parameter_source(name) is given}


def chosen_options(*names: str) -> list[str]:
    """The flags, in their long form, of those options in `names` that the command line gives."""
    chosen = chosen_names().intersection(names)
    parameters = click.get_current_context().command.params
    return [max(parameter.opts, key=len) for parameter in parameters if parameter.name in chosen]


def tell_idle(console: Console, reason: str, *names: str) -> None:
    """Warn of those options in `names` that the command line gives, although they change nothing."""
    for flag in chosen_options(*names):
        console.warn(f"{flag} changes nothing {reason}")


_CONSOLE_OPTIONS = [
    option("-q", "--quiet", is_flag=True, group=LOGGING, help="Errors only on stderr."),
    option(
        "-v",
        "--verbose",
        count=True,
        group=LOGGING,
        show_default=False,
        help="Notes on stderr; -vv shows the traceback of an error.",
    ),
    option("--no-progress", is_flag=True, group=LOGGING, help="No progress on stderr."),
    option(
        "--log-json",
        is_flag=True,
        group=LOGGING,
        help="Progress, warnings and errors as JSON lines on stderr.",
    ),
]


def _console_options(function: Command) -> Command:
    """Add the options on what goes to stderr; they set the run's `Console`, which click's context holds."""
    return making(all_of(_CONSOLE_OPTIONS)(function), _make_console)


def _make_console(options: dict[str, Any]) -> None:
    console = click.get_current_context().ensure_object(Console)
    console.quiet, console.verbose = options.pop("quiet"), options.pop("verbose")
    console.progress, console.log_json = not options.pop("no_progress"), options.pop("log_json")
    options["console"] = console
