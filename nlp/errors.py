"""Every error that a user can cause, as one small family; anything else that escapes is a bug."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nlp.wording import Message


class NlpError(Exception):
    """Base of all errors that end in one line on stderr and exit status 1.

    Attributes: `message`, which says what is wrong and what to do; a `Message` where it names settings.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def told(self) -> str:
        """All that the user is told; a `Message` where it names settings."""
        return self.message

    def __str__(self) -> str:
        return str(self.told)


class InputError(NlpError):
    """Input that cannot be used, with the place where that shows.

    Attributes: `path` as the user named it (`<stdin>` for a pipe) or None; `line` and `column`, both
    1-based (a column counts code points, or bytes where the bytes are not UTF-8), or None.
    """

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.path, self.line, self.column = path, line, column

    @property
    def told(self) -> str:
        """The message behind its place."""
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        if not place:
            return self.message
        return Message("{place}: {message}", place=":".join(place), message=self.message)


class SettingError(InputError):
    """A setting that is out of its limits or at odds with another; the message names it in backquotes."""


class ModelError(NlpError):
    """A model file that is damaged, of another kind or too new; the message says which and what to do."""


class NoModelError(ModelError):
    """A file of another format altogether: neither a model nor what is left of one."""


class DivergedError(NlpError):
    """Training whose loss or weights are no longer finite; the message names step, rate and remedy."""


@contextmanager
def blaming(name: str) -> Iterator[None]:
    """Make an OSError that is raised inside name this file, as the user knows it, and no other."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = name, None
        raise
