"""A setting of a model or a training: default, limits, choices and help stand once, in its dataclass field.

Everything that offers a setting reads it from there: `check` refuses a value, the command line makes an
option of it. Modules with settings load no NumPy, so that help starts at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from nlp.errors import SettingError
from nlp.wording import Message

DATA, MODEL, TRAINING = "Data", "Model", "Training"
"""What a setting is about: its group in a help text."""

_KEY = "setting"


@dataclass(frozen=True)
class Setting:
    """What is known of one setting, besides its name.

    Attributes: `kind`, the type of its values; `default`; `help`, one sentence or two, in which backquotes
    name other settings ("" for a setting that only Python offers); `low` and `high`, its limits; whether
    `low` itself is `excluded`; `choices`, all of its values; `group`, one of the above; `shown`, what to tell
    instead of a default that is None; `idle`, with which values of other settings it changes nothing.
    """

    kind: str
    default: Any
    help: str
    low: float
    high: float
    excluded: bool
    choices: Sequence[str]
    group: str
    shown: str
    idle: Mapping[str, Sequence[Any]]

    def problem(self, name: str, value: Any) -> Message | None:
        """What is wrong with a value of the setting called `name`, if anything."""
        if self.choices and value not in self.choices:
            return Message(f"`{name}` is {{value!r}}; choose from {', '.join(self.choices)}", value=value)
        if isinstance(value, int | float) and not self._contains(value):
            limits = (
                "above {low:.15g}, at most {high:.15g}" if self.excluded else "from {low:.15g} to {high:.15g}"
            )
            return Message(
                f"`{name}` is {{value}}; it must be {limits}", value=value, low=self.low, high=self.high
            )
        return None

    def _contains(self, value: float) -> bool:
        return self.low <= value <= self.high and not (self.excluded and value == self.low)


def setting(
    default: Any,
    help: str = "",  # noqa: A002  that is what it is
    *,
    low: float = -math.inf,
    above: float | None = None,
    high: float = math.inf,
    choices: Sequence[str] = (),
    group: str = MODEL,
    shown: str = "",
    idle: Mapping[str, Sequence[Any]] = MappingProxyType({}),
) -> Any:
    """A dataclass field that is a `Setting`; its least value is `low`, or else more than `above`."""
    known: dict[str, Any] = {
        "default": default,
        "help": help,
        "high": high,
        "choices": choices,
        "group": group,
    }
    limit = {"low": low if above is None else above, "excluded": above is not None}
    return field(default=default, metadata={_KEY: {**known, **limit, "shown": shown, "idle": idle}})


def settings_of(kind: type) -> Iterator[tuple[str, Setting]]:
    """Yield name and description of each setting of the dataclass `kind`, in the order of its fields."""
    for one in fields(kind):
        if _KEY in one.metadata:
            yield one.name, Setting(kind=str(one.type).removesuffix(" | None"), **one.metadata[_KEY])


def check(settings: Any) -> None:
    """Check the values of a dataclass of settings. Raises: SettingError, naming setting, value and limits."""
    for name, known in settings_of(type(settings)):
        if problem := known.problem(name, getattr(settings, name)):
            raise SettingError(problem)


def without_effect(kind: type, values: Mapping[str, Any], chosen: Collection[str]) -> Iterator[Message]:
    """Yield what to tell of each setting of `kind` in `chosen` that changes nothing with these `values`."""
    for name, known in settings_of(kind):
        reason = next((other for other, idle in known.idle.items() if values.get(other) in idle), None)
        if name not in chosen or reason is None:
            continue
        value = values[reason]
        if value is False:
            yield Message(f"`{name}` changes nothing without `{reason}`")
        else:
            told = f"{value:g}" if isinstance(value, float) else value
            yield Message(f"`{name}` changes nothing with `{reason}` {{value}}", value=told)
