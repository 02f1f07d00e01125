"""How messages are worded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Self

_LONG = 1_000_000
_NAME = re.compile(r"`(\w+)`")


class Message(str):
    """A message that names settings, in backquotes: ``Message("lower `lr`, now {rate}", rate=0.5)``.

    As a string it reads "lower lr, now 0.5"; `named` changes the names, as a command line makes flags of
    them. What is filled in is data: no backquote in it names anything, unless it is a `Message` itself.
    """

    __slots__ = ("_template", "_values")
    _template: str
    _values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Fill the values into the template, whose braces and formats are those of `str.format`."""
        message = super().__new__(cls, _filled(template, values, str))
        message._template, message._values = template, values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """What a process that is sent the message makes it of."""
        return (self._template,), self._values

    def named(self, name_of: Callable[[str], str]) -> str:
        """The message with the name of each setting put through `name_of`."""
        return _filled(self._template, self._values, name_of)


def _filled(template: str, values: dict[str, object], name_of: Callable[[str], str]) -> str:
    named = {
        key: value.named(name_of) if isinstance(value, Message) else value for key, value in values.items()
    }
    return _NAME.sub(lambda found: name_of(found[1]), template).format(**named)


def number_of(count: int, noun: str) -> str:
    """A number and what it counts, in a regular plural: 1 word, 0 words, 2,000 words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def decimal(value: float, places: int) -> str:
    """A number with so many decimal places; from a million on, three digits and a power of ten: 1.01e+304."""
    return f"{value:.{places}f}" if abs(value) < _LONG else f"{value:.3g}"


def to_install(library: str) -> str:
    """The command that installs a library where nlptool runs: a name on the package index may be another's.

    An environment without pip is one of uv's.
    """
    import shlex
    import sys
    from importlib.util import find_spec
    from shutil import which

    python = "python" if which("python") == sys.executable else shlex.quote(sys.executable)
    if find_spec("pip"):
        return f"{python} -m pip install {library}"
    return f"uv pip install -p {python} {library}"
