"""What a user asks of word vectors: a word, or words added and subtracted."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.errors import InputError

PLUS, MINUS = "+", "-"


@dataclass(frozen=True)
class Query:
    """What was asked: `text`, and in it the words to add (`plus`) and to subtract (`minus`)."""

    text: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words of the query; none of them is an answer to it."""
        return self.plus + self.minus


def parse_query(text: str) -> Query:
    """Read `king - man + woman`, operators between spaces. A text without any is a single word as it is.

    Raises: InputError where an operator lacks its word, or two words stand without an operator.
    """
    parts = text.split()
    if not {PLUS, MINUS} & set(parts) or len(parts) == 1:
        return Query(text, (text,))
    signs, words = parts[1::2], parts[::2]
    misplaced = len(parts) % 2 == 0 or set(signs) - {PLUS, MINUS} or set(words) & {PLUS, MINUS}
    if misplaced:
        raise InputError(
            f"{text!r} is no expression; write words with + or - between them: king - man + woman"
        )
    signed = list(zip([PLUS, *signs], words, strict=True))
    plus = tuple(word for sign, word in signed if sign == PLUS)
    minus = tuple(word for sign, word in signed if sign == MINUS)
    return Query(text, plus, minus)


def parse_analogy(text: str) -> tuple[str, str, str]:
    """The words of "a b c"; where tabs separate them, a word may hold spaces.

    Raises: InputError where there are not three
    """
    a, b, c = _words(text, 3, "three")
    return a, b, c


def parse_pair(text: str) -> tuple[str, str]:
    """The words of "a b"; where a tab separates them, a word may hold spaces.

    Raises: InputError where there are not two
    """
    first, second = _words(text, 2, "two")
    return first, second


def _words(text: str, count: int, expected: str) -> list[str]:
    words = [word.strip() for word in text.split("\t")]
    if len(words) != count or not all(words):
        words = text.split()
    if len(words) != count:
        raise InputError(f"expected {expected} words, found {len(words)} in {text!r}")
    return words
