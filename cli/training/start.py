"""Word vectors that a training starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.errors import SettingError
from nlp.vectors.files import load_vectors
from nlp.wording import Message, number_of

if TYPE_CHECKING:
    from cli.console import Console
    from nlp.vectors.word_vectors import WordVectors


def start_vectors(path: str, setting: str, dim: int | None, console: Console) -> WordVectors:
    """The vectors of a file of any format; what is odd about it is a warning.

    Raises: SettingError where `dim`, the value of a `setting`, is another one (None: it was not chosen); as
            `load_vectors`
    """
    vectors = load_vectors(path)
    for warning in vectors.warnings:
        console.warn(warning)
    dimensions = vectors.matrix.shape[1]
    if dim not in {None, dimensions}:
        told = f"vectors of {number_of(dimensions, 'dimension')}, but `{setting}` is {dim}"
        raise SettingError(Message(f"{{path}}: {told}; give `{setting}` {dimensions}", path=path))
    return vectors


_START = "starts from a vector", "start from a vector"


def tell_started(
    console: Console, found: int, total: int, things: str, what: tuple[str, str] = _START
) -> None:
    """Tell how many of the things that are learnt start from a vector; warn where most do not.

    `what` are other words for what is true of one of them, and of several.
    """
    message = f"{found:,} of {total:,} {things} {what[found != 1]}"
    if 2 * found < total:
        console.warn(f"{message}; are they tokenized alike, and in the same case?")
    else:
        console.note(message)
