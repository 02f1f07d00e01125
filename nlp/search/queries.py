"""What a query says: words, "phrases in quotes", +what must be there, -what must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from nlp.search.analysis import Analyzer, Term

MAY, MUST, MUST_NOT = "", "+", "-"

_CLAUSE = regex.compile(
    r'(?<!\S)(?P<sign>[+\-]?)(?:["“”](?P<phrase>[^"“”]++)["“”](?!\w)|(?P<word>\S++))|\S++'
)


class Clause(NamedTuple):
    """One thing that is asked: its terms, of which a document holds any or, of a phrase, all in this order.

    Of a word in several tokens, `e-mail` for one where it is split, the terms are those.
    """

    sign: str
    terms: tuple[Term, ...]
    is_phrase: bool


def clauses(query: str, analyzer: Analyzer) -> list[Clause]:
    """The clauses of a query, of those that have terms.

    Words between which nothing else stands are one clause: Han text is not cut where a space is. A quote
    that is never closed, and a sign with a space behind it, are characters like any other.
    """
    found = []
    for sign, text, is_phrase in _pieces(query):
        terms = tuple(analyzer.query(text, is_phrase=is_phrase))
        if terms:
            found.append(Clause(sign, terms, is_phrase and len(terms) > 1))
    return found


def _pieces(query: str) -> Iterator[tuple[str, str, bool]]:
    words: list[str] = []
    for piece in _CLAUSE.finditer(query):
        sign, phrase, word = piece["sign"], piece["phrase"], piece["word"]
        if phrase is None and not (sign and word):
            words.append(piece[0])
            continue
        if words:
            yield MAY, " ".join(words), False
            words = []
        yield sign, phrase or word, phrase is not None
    if words:
        yield MAY, " ".join(words), False
