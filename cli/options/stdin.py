"""Standard input is read once: it cannot be the text and a file of an option, or the files of two options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.options.files import STDIN_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STDIN_NAMES = {"-", STDIN_FILE}
"""What names standard input on a command line."""

_WRITTEN = ("output", "checkpoint")


def refuse_stdin_twice(parameters: Iterable[click.Parameter], values: Mapping[str, Any]) -> None:
    """See that at most one of what a command line reads is standard input. Raises: UsageError."""
    readers = list(_readers(list(parameters), values))
    if len(readers) > 1:
        both = " and ".join(readers[:2])
        raise click.UsageError(f"{both} are both stdin; name a file for one of them")


def _readers(parameters: list[click.Parameter], values: Mapping[str, Any]) -> Iterator[str]:
    """What is read from standard input, by its name in a message: arguments first, then options."""
    arguments = [one for one in parameters if isinstance(one, click.Argument)]
    given = [word for one in arguments for word in _words(values.get(one.name or ""))]
    named = any(_is_text(one) and STDIN_NAMES & {*_words(values.get(one.name or ""))} for one in arguments)
    needs_text = bool(arguments) or ("prompt" in values and values["prompt"] is None)
    if named or ("encoding" in values and needs_text and not given):
        yield "the text" if any(map(_is_text, arguments)) or "prompt" in values else "the queries"
    for one in parameters:
        if isinstance(one, click.Option) and isinstance(one.type, click.Path) and one.name not in _WRITTEN:
            words = _words(values.get(one.name or ""))
            yield from [max(one.opts, key=len)] * sum(word in STDIN_NAMES for word in words)


def _is_text(argument: click.Argument) -> bool:
    return "FILE" in (argument.metavar or "")


def _words(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) if value is not None else ()
