"""A sentence with labels, and what a form of labelled text has to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.errors import InputError
from nlp.wording import Message

SourceLine = tuple[str, int, str]
"""The file of a line, its 1-based number there, and its text without the line end. Tuples are fast."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of a sentence and their tags.

    Attributes: `tokens`, none for what only separates sentences, such as an empty line; `tags`, one a token
    or, where the form or this text has none, no tag at all; `path` and `line` of its first line; `source`,
    what its form needs to write it back.
    """

    tokens: list[str]
    tags: list[str]
    path: str
    line: int
    source: Any


class Form(ABC):
    """A form of labelled text."""

    name: str

    @abstractmethod
    def sentences(self, lines: Iterable[SourceLine]) -> Iterator[Sentence]:
        """Read one sentence after the other, those without a token too: what is read is in just one of them.

        Raises: InputError, with the place, for a line that is not of this form
        """

    @abstractmethod
    def write(self, sentence: Sentence, tags: Sequence[str], scores: Sequence[float] | None = None) -> str:
        """The lines of a sentence of this form, as they came but for these tags, line ends included.

        Scores are the probabilities of the tags. Raises: InputError where the form has no place for them
        """

    @abstractmethod
    def place(self, sentence: Sentence, token: int) -> tuple[int, int]:
        """The line and the column, both 1-based, of the tag of a token, or of the token if it has none."""

    def refuse(self, sentence: Sentence, token: int, message: str) -> InputError:
        """The error that the tag of a token cannot be used."""
        line, column = self.place(sentence, token)
        return InputError(message, path=sentence.path, line=line, column=column)

    def no_place(self, sentence: Sentence) -> InputError:
        """The error that the form has no place for scores."""
        message = Message("{form} has no place for a probability; write `format` jsonl", form=self.name)
        return InputError(message, path=sentence.path, line=sentence.line)


def shown(score: float) -> str:
    """A probability as text."""
    return f"{score:.4f}"
