"""Click options made from the settings of `nlp`, in which default, limits, choices and help stand once."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from cli.console import flag_of, with_flags
from cli.options.common import chosen_names, making
from cli.options.help import all_of, option
from nlp.settings import settings_of, without_effect
from nlp.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.options.help import Command
    from nlp.settings import Setting


def settings_options(*kinds: type, **changes: Any) -> Callable[[Command], Command]:
    """An option for each setting of these dataclasses that has a help text, in the order of their fields.

    `changes` go to all of them, such as another `group`. The user is told of those that change nothing.
    """
    options = [
        _option(name, known, changes) for kind in kinds for name, known in settings_of(kind) if known.help
    ]

    def tell_idle(values: dict[str, Any]) -> None:
        for kind in kinds:
            for warning in without_effect(kind, values, chosen_names()):
                values["console"].warn(warning)

    return lambda function: making(all_of(options)(function), tell_idle)


def setting_option(kind: type, name: str, *names: str, **changes: Any) -> Callable[[Command], Command]:
    """The option of one setting, under other `names` or with `changes`, where a command needs these."""
    return _option(name, dict(settings_of(kind))[name], changes, names)


def _option(
    name: str, known: Setting, changes: dict[str, Any], names: tuple[str, ...] = ()
) -> Callable[[Command], Command]:
    attributes: dict[str, Any] = {
        "help": with_flags(Message(known.help)),
        "group": known.group,
        "default": known.default,
        "show_default": known.shown or True,
        "type": _type(known),
        "is_flag": known.kind == "bool",
    }
    return option(*(names or (flag_of(name),)), **{**attributes, **changes})


def _type(known: Setting) -> click.ParamType[Any] | None:
    if known.choices:
        return click.Choice(known.choices)
    if known.kind == "int":
        least, most = (int(limit) if isfinite(limit) else None for limit in (known.low, known.high))
        return click.IntRange(least, most)
    if known.kind == "float":
        low, high = (limit if isfinite(limit) else None for limit in (known.low, known.high))
        return click.FloatRange(low, high, min_open=known.excluded)
    return None
