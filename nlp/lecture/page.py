"""What a page of the lecture is made of: topics, their numbers, and the steps of a page, in two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy.typing as npt

Values = Mapping[str, npt.NDArray[Any]]
"""Arrays by what an equation calls them."""


class Told(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Step:
    """One step of a page.

    Attributes: `told`, what happens; `equation`; `values`, the arrays that it is about; `code`, the function
    or class of this package that computed them.
    """

    told: Told
    equation: str
    values: Values
    code: Callable[..., Any]

    @property
    def place(self) -> str:
        """Where the code begins: `nlp/layers/softmax.py:66`."""
        return place_of(self.code)


@dataclass(frozen=True)
class Topic:
    """A page that can be computed, from its own numbers or from others.

    Attributes: `title`; `about`, what the numbers are; `example`, the numbers of the lecture, or small ones
    where it has none: lists of numbers, nested, or of words; `shapes`, a letter for each axis of each (the
    same letter, the same size); `below`, what whole numbers are from 0 to: a letter, for the size of that
    axis, or a number; `steps`, which computes the page from arrays of these names.
    """

    title: Told
    about: Told
    example: Mapping[str, Any]
    shapes: Mapping[str, str]
    steps: Callable[[Values], Iterable[Step]]
    below: Mapping[str, str | int] = field(default_factory=dict)

    def page(self, values: Values) -> Sequence[Step]:
        """The steps of the page, computed from these values; the values are not changed."""
        return list(self.steps({name: array.copy() for name, array in values.items()}))


def place_of(code: Callable[..., Any]) -> str:
    """The file of a function or class, from the folder of the package on, and its first line."""
    import inspect

    path = Path(inspect.getsourcefile(code) or "")
    root = Path(__file__).resolve().parents[2]
    _, line = inspect.getsourcelines(code)
    return f"{path.resolve().relative_to(root).as_posix()}:{line}"
