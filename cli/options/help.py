"""How the help of a command looks: its options in groups, with plain words for what values they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from cli.translation import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from click.types import OptionHelpExtra

    Command = Callable[..., Any]

OPTIONS, INPUT, OUTPUT, LOGGING, HELP = "Options", "Input", "Output", "Logging", "Help"
CLUSTER = "Cluster"
GROUPS = ("Data", "Model", "Training", OPTIONS, INPUT, OUTPUT, CLUSTER, LOGGING, HELP)
"""The groups in their order; the first three are those of `nlp.settings`."""

_UNREACHED = 1_000_000  # a limit that nobody meets is not told
_NAMES_WIDTH = 30
_NO_BREAK = "\xa0"  # a space that the formatter does not end a line at
_SHORT_BRACKETS = re.compile(r"\[[^\[\]]{,40}\]$")


class Option(click.Option):
    """An option in a `group` of the help text, which tells its default and its limits.

    A `show_default` that is a text is told in place of a default that follows from something else.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        group: str = OPTIONS,
        show_default: bool | str = True,
        **attributes: Any,
    ) -> None:
        super().__init__(names, show_default=show_default, **attributes)
        self.group = group
        if isinstance(self.type, click.IntRange | click.FloatRange):  # not "a valid integer range"
            self.type.name = "integer" if isinstance(self.type, click.IntRange) else "number"

    def make_metavar(self, ctx: click.Context) -> str:
        """What stands for a value: N for a whole number, FLOAT for any other."""
        if self.metavar is None and isinstance(self.type, click.types.IntParamType):
            return "N"
        if self.metavar is None and isinstance(self.type, click.types.FloatParamType):
            return "FLOAT"
        return super().make_metavar(ctx)

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        """What stands in brackets after the help: 0.5 and not 0.50000, "1 to 64" and not "1<=x<=64"."""
        extra = super().get_help_extra(ctx)
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default
        elif isinstance(self.type, click.types.FloatParamType) and "default" in extra:
            extra["default"] = ", ".join(f"{float(value):g}" for value in extra["default"].split(", "))
        if extra.pop("range", None) and (limits := _limits(self.type)):
            extra["range"] = limits
        return extra


def _limits(kind: Any) -> str:
    """The limits in words; that a count is no less than 0 or 1 goes without saying."""
    low, high = kind.min, kind.max
    least = f"{'above' if kind.min_open else 'at least'} {low:,.15g}"
    if high is None or high >= _UNREACHED:
        return "" if isinstance(kind, click.IntRange) and low <= 1 else least
    return f"{least}, at most {high:,.15g}" if kind.min_open else f"{low:,.15g} to {high:,.15g}"


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:
    """A click option that is an `Option`."""
    return click.option(*names, cls=Option, **attributes)


def all_of(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """Return one decorator that adds all of these options, in their order."""

    def decorate(function: Command) -> Command:
        for one in reversed(options):
            function = one(function)
        return function

    return decorate


def grouped(
    parameters: Iterable[click.Parameter], context: click.Context
) -> dict[str, list[tuple[str, str]]]:
    """Group → for each of its options, its names and what it does; in the order of the groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context)):
            groups.setdefault(getattr(parameter, "group", HELP), []).append(record)
    return {group: groups[group] for group in sorted(groups, key=GROUPS.index)}


def write_options(
    parameters: Iterable[click.Parameter], context: click.Context, formatter: click.HelpFormatter
) -> None:
    """Write the options group by group; what they do starts in one column for all groups."""
    groups = grouped(parameters, context)
    names = [name for rows in groups.values() for name, _ in rows]
    width = max(len(name) for name in names if len(name) <= _NAMES_WIDTH)
    for group, listed in groups.items():
        with formatter.section(translated(group)):
            rows = [(name.ljust(width), _SHORT_BRACKETS.sub(_kept_whole, told)) for name, told in listed]
            formatter.write_dl(rows, width)
    formatter.buffer[:] = [text.replace(_NO_BREAK, " ") for text in formatter.buffer]


def _kept_whole(brackets: re.Match[str]) -> str:
    return brackets[0].replace(" ", _NO_BREAK)
