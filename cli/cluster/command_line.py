"""A command line that any machine can run, on a part of its text or with other settings."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands import cli
from cli.console import Console
from cli.io.parts import line_ends_before, write_anywhere
from cli.io.streams import OfPart, Skipped
from cli.options.cluster import OWN
from cli.options.common import INSTEAD, words_of
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from cli.io.parts import Part

_ALONE = {"quiet": True, "verbose": 0, "no_progress": True, "log_json": False}


@dataclass(frozen=True)
class CommandLine:
    """A command with its `words`, and `values` in place of some options."""

    command: str
    words: Sequence[str]
    values: Mapping[str, Any]

    @classmethod
    def of(cls, context: click.Context) -> CommandLine:
        """That of a run here. What the environment says here holds there, and so do names of files."""
        words = words_of(context)
        values = dict(_values(context.command, words)) | _ALONE | dict.fromkeys(OWN)
        return cls(str(context.info_name), words, values)

    @contextmanager
    def context(self, console: Console, **values: Any) -> Iterator[click.Context]:
        """The context of a run of it, with further `values`. Raises: UsageError."""
        group = click.Context(cli, info_name="nlptool", obj=console)
        group.meta[INSTEAD] = {**self.values, **values}
        command = cli.get_command(group, self.command)
        if command is None:
            raise click.exceptions.NoSuchCommand(self.command, ctx=group)
        with command.make_context(self.command, list(self.words), parent=group) as context:
            yield context


@dataclass(frozen=True)
class Computed:
    """What a command made of a part: bytes, unless they went to a file; what it left out, and warns of."""

    written: bytes
    skipped: Skipped
    warnings: Sequence[str]


def compute(line: CommandLine, part: Part, target: str | None = None) -> Computed:
    """Run a command on a part; with a `target`, write what it makes there, whole. Raises: what it raises."""
    console, of_part = _Listening(), OfPart(BytesIO(), Skipped())
    with placed(part), _of_part(line, part, of_part, console) as context:
        context.command.invoke(context)
    written = of_part.written.getvalue()
    if target is not None:
        write_anywhere(target, written)
        written = b""
    return Computed(written, of_part.skipped, console.warnings)


def leave(line: CommandLine, part: Part, path: str) -> Computed:
    """Run a command on a part, and leave what it makes in a file for a client on this machine.

    To send it costs a third as much as to make it: it is copied, encrypted and taken apart several times.
    """
    made = compute(line, part)
    Path(path).write_bytes(made.written)
    return replace(made, written=b"")


def count(line: CommandLine, parts: Sequence[Part]) -> tuple[dict[str, int], Sequence[Skipped]]:
    """Count the tokens of some parts; tell what each of them left out. Raises: InputError; OSError."""
    from nlp.text.counting import TokenCounter

    counter, left_out = TokenCounter(), []
    for part in parts:
        of_part = OfPart(BytesIO(), Skipped())
        with placed(part), _of_part(line, part, of_part, _Listening()) as context:
            for tokens in context.params["streams"].token_lists():
                counter.add(tokens)
        left_out.append(of_part.skipped)
    return dict(counter.counts), left_out


@contextmanager
def placed(part: Part) -> Iterator[None]:
    """Raises: InputError with the line of the file in place of that of the part."""
    try:
        yield
    except InputError as error:
        place(error, part)
        raise


def place(error: InputError, part: Part) -> None:
    """Tell the line of the file, where an error has that of the part."""
    if error.line is not None and error.path == part.name and part.start:
        error.line += line_ends_before(part)


@dataclass
class _Listening(Console):
    """Keeps the warnings of a part, for the client to tell."""

    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Keep it."""
        self.warnings.append(message)


def _of_part(
    line: CommandLine, part: Part, of_part: OfPart, console: Console
) -> AbstractContextManager[click.Context]:
    values = {"output": None, "resume": False, "files": (part.name,), "part": part, "of_part": of_part}
    return line.context(console, **values)


def _values(command: click.Command, words: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """What names files, from the root, and what the environment says."""
    from_environment = click.core.ParameterSource.ENVIRONMENT
    read = command.make_context(command.name, list(words), resilient_parsing=True)
    for one in command.params:
        value = read.params.get(one.name or "")
        if one.name is None or value is None:
            continue
        if isinstance(one.type, click.Path):
            yield one.name, tuple(map(_absolute, value)) if isinstance(value, tuple) else _absolute(value)
        elif read.get_parameter_source(one.name) is from_environment:
            yield one.name, value


def _absolute(path: str) -> str:
    """The path from the root, where it names a file; a bundled model has a name alone."""
    return os.path.abspath(path) if os.path.exists(path) else path  # noqa: PTH100, PTH110  the user's string
