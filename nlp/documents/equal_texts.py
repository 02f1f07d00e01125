"""Texts that are equal but for their spaces, their case and how their characters are written."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from nlp.text.normalize import normalizer
from nlp.text.visible import without_invisible

_DIGEST_BYTES: Final = 16
"""Two of ten billion texts share a hash of 128 bits with a probability below 1e-18."""


class Place(NamedTuple):
    """Where a text belongs.

    Attributes: `first`, the number of the text that is kept of its group, its own if it is that text;
    `similarity` to that text.
    """

    first: int
    similarity: float


def plain_forms(texts: Sequence[str]) -> list[str]:
    """Each text as it is compared: NFKC, in lower case, one space between words, nothing invisible."""
    joined = "\n".join([text.replace("\n", " ") for text in texts])
    lines = normalizer("NFKC", lower=True)(without_invisible(joined)).split("\n")
    return [" ".join(line.split()) for line in lines] if texts else []


class EqualTexts:
    """Finds texts that have come before. It keeps a hash of each distinct one, about 180 bytes.

    Source: Saarinen & Aumasson 2015, "The BLAKE2 cryptographic hash", RFC 7693
    """

    def __init__(self) -> None:
        self._firsts: dict[bytes, int] = {}
        self._similarities: dict[bytes, float] = {}  # of those that are not equal to the first
        self._count = 0

    def places(self, texts: Sequence[str]) -> list[Place]:
        """The place of each of the texts that come next, which are numbered from 1."""
        return [self.place(form) for form in plain_forms(texts)]

    def place(self, form: str) -> Place:
        """Number the next text, of which this is the plain form; return its place."""
        self._count += 1
        digest = _digest(form)
        return Place(self._firsts.setdefault(digest, self._count), self._similarities.get(digest, 1.0))

    def join(self, form: str, place: Place) -> None:
        """Put a text, with all that will be equal to it, into the group of another."""
        digest = _digest(form)
        self._firsts[digest], self._similarities[digest] = place


def _digest(form: str) -> bytes:
    return blake2b(form.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
