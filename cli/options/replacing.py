"""No file is read and written at once: an output neither replaces an input nor grows while that is read."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STDIN = "<stdin>"
_WRITTEN = ("output", "checkpoint")
_MAY_BE_REPLACED = "update"  # a training may go on in the place of its model


def refuse_replacing(parameters: Iterable[click.Parameter], values: Mapping[str, Any]) -> None:
    """Refuse output that replaces what is read, or grows while it is read (`score f >> f` would not end).

    Raises: UsageError
    """
    read = dict(_read_files(parameters, values))
    for name in _WRITTEN:
        if path := values.get(name):
            refuse_replaced(f"--{name}", path, read)
    if "output" in values and values["output"] in {None, "-"}:
        for path, found in read.items():
            if _is_same(found, _regular(1)):
                message = f"{path} is read and, as standard output, written at once; write to another file"
                raise click.UsageError(message)


def refuse_replaced(flag: str, path: str, read: Iterable[str]) -> None:
    """Raises: UsageError if `path`, which `flag` names, is one of the files that are `read`."""
    target = _regular(path)
    for text in read:
        if _is_same(target, _regular(0 if text == _STDIN else text)):
            raise click.UsageError(f"{flag} would replace {text}, which is read; name another file")


def _read_files(
    parameters: Iterable[click.Parameter], values: Mapping[str, Any]
) -> Iterator[tuple[str, os.stat_result]]:
    """The regular files that a command line reads, stdin among them where no other text is named."""
    for parameter in parameters:
        name, value = parameter.name or "", values.get(parameter.name or "")
        is_read = isinstance(parameter.type, click.Path) and name not in {*_WRITTEN, _MAY_BE_REPLACED}
        for path in (value if isinstance(value, tuple) else (value,)) if is_read else ():
            if path and (found := _regular(path)):
                yield path, found
    if "input_format" in values and not {*values.get("files", ())} - {"-"} and (found := _regular(0)):
        yield _STDIN, found


def _regular(path: str | int) -> os.stat_result | None:
    """What is known of the regular file at a path, or behind a descriptor; None for anything else."""
    with suppress(OSError, ValueError):
        found = os.stat(path)  # noqa: PTH116  a descriptor is no path
        return found if stat.S_ISREG(found.st_mode) else None
    return None


def _is_same(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    return one is not None and other is not None and os.path.samestat(one, other)
