"""The numbers of a page: those of the lecture, a user's own, or drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import InputError
from nlp.layers.random_streams import RandomStreams
from nlp.lecture.page import Topic, Values


def values_of(topic: Topic, given: Mapping[str, Any] | None = None, seed: int | None = None) -> Values:
    """The numbers of a topic's example; those that are `given` take their place, in any size that fits.

    With a `seed`, all numbers with a decimal point that are not given are drawn anew, from a normal
    distribution and rounded to tenths, so that a reader can follow them on paper.

    Raises: InputError for a name that the topic has not, for what are no numbers (or words, where words
            belong), and for sizes that do not fit one another
    """
    given = given or {}
    for name in given:
        if name not in topic.example:
            raise InputError(f"{name!r} is no number of this page; it has {', '.join(topic.example)}")
    values = {name: _array(name, given.get(name, usual), usual) for name, usual in topic.example.items()}
    if seed is not None:
        rng = RandomStreams(seed).at(0)
        for name, array in values.items():
            if array.dtype == np.float64 and name not in given:
                values[name] = rng.standard_normal(array.shape).round(1)
    _check_sizes(topic, values)
    return values


def _array(name: str, value: object, usual: object) -> npt.NDArray[Any]:
    """An array of the kind of the `usual` value: words, whole numbers or numbers. Raises: InputError."""
    wanted = np.asarray(usual)
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(f"{name}: its rows are of several lengths") from None
    if wanted.dtype.kind == "U":
        if array.dtype.kind != "U":
            raise InputError(f"{name} has to be a list of words")
    elif array.dtype.kind not in "if" or array.size == 0:
        raise InputError(f"{name} has to be numbers{_nesting(wanted.ndim)}, not {str(value)[:40]!r}")
    elif wanted.dtype.kind == "i" and array.dtype.kind == "f":
        raise InputError(f"{name} has to be whole numbers")
    else:
        array = array.astype(np.int64 if wanted.dtype.kind == "i" else np.float64)
    if array.ndim != wanted.ndim:
        raise InputError(f"{name} has {array.ndim} axes, not {wanted.ndim}")
    return array


def _nesting(axes: int) -> str:
    return ("", " in a list", " in a list of rows", " in a list of matrices")[axes]


def _check_sizes(topic: Topic, values: Values) -> None:
    """Raises: InputError where one letter would stand for two sizes, or a whole number is too large."""
    sizes: dict[str, tuple[str, int]] = {}
    for name, letters in topic.shapes.items():
        for letter, size in zip(letters.split(), values[name].shape, strict=True):
            first, known = sizes.setdefault(letter, (name, size))
            if known != size:
                shape = " × ".join(map(str, values[name].shape))
                told = f"{name} is {shape} ({letters.replace(' ', ' × ')}): {letter} is {size} here"
                raise InputError(f"{told}, but {known} in {first}")
    for name, limit in topic.below.items():
        most = sizes[limit][1] if isinstance(limit, str) else limit
        if (values[name] < 0).any() or (values[name] >= most).any():
            raise InputError(f"{name} has to be from 0 to {most - 1}")
