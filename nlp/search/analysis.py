"""From a text to its terms: the tokens of `words` mode, in lower case, Han text by neighbouring characters.

With bigrams, a Han character and the one behind it are one term; the last of a row is a term by itself. So
each character begins exactly one term, and a single one is found as what terms begin with.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import regex

from nlp.search.config import BIGRAMS, IndexConfig
from nlp.text.character_classes import ATTACHED, HAN
from nlp.text.normalize import normalizer
from nlp.text.tokenize import Tokenizer
from nlp.text.visible import with_places, without_invisible


class Term(NamedTuple):
    """A term in a text, and its [start, end) there; of a query, whether terms only begin with it."""

    text: str
    start: int
    end: int
    begins: bool = False


class Analyzer:
    """Finds the terms of texts. `split` is a tokenizer of `words` mode that treats Han text as asked for."""

    def __init__(self, config: IndexConfig, split: Tokenizer, stopwords: Iterable[str] = ()) -> None:
        self._lower: Callable[[str], str] = normalizer("none", lower=config.lower)
        self._split = split
        self._pairs_han = config.han == BIGRAMS
        self._drop_marks = config.drop_marks
        self.stopwords = frozenset(map(self._lower, stopwords))

    def lines(self, texts: Sequence[str]) -> list[str]:
        """The tokens of each text, `keeps` of which are terms, a space between two of them."""
        block = "\n".join([text.replace("\n", " ") for text in texts])
        spaced = self._split.lines(self._lower(without_invisible(block)))
        if self._pairs_han and not spaced.isascii():
            spaced = _neighbours().sub(r"\1\2", spaced)
        return spaced.split("\n")

    def keeps(self, token: str) -> bool:
        """Whether a token is a term: no stop word, and no mark where these are left out."""
        return bool(token) and token not in self.stopwords and not (self._drop_marks and is_mark(token))

    def terms(self, text: str) -> list[str]:
        """The terms of one text in order."""
        return list(filter(self.keeps, self.lines([text])[0].split(" ")))

    def places(self, text: str) -> list[Term]:
        """The terms of a text, each with its place in it."""
        seen = with_places(text)
        lowered = self._lower(seen.text)
        place_of = _places(seen.text, lowered, self._lower)
        spans = self._split.spans(lowered)
        tokens = [lowered[start:end] for start, end in spans]
        found = []
        are_han = [self._pairs_han and _one_han().fullmatch(token) is not None for token in tokens]
        for number, (token, (start, end)) in enumerate(zip(tokens, spans, strict=True)):
            if are_han[number] and are_han[number + 1 : number + 2] == [True]:
                token, end = token + tokens[number + 1], spans[number + 1][1]  # noqa: PLW2901  as in `lines`
            if self.keeps(token):
                found.append(Term(token, seen.place(place_of(start)), seen.place(place_of(end - 1)) + 1))
        return found

    def phrase(self, terms: Sequence[Term]) -> Callable[[str], bool]:
        """A function that tells whether these terms stand one behind the other in a text.

        White space alone may be between their tokens, unless some tokens are no terms: so most texts that
        hold them elsewhere need not be parted into terms.
        """
        is_quick = not (self._drop_marks or self.stopwords) and all(term.text.isascii() for term in terms)
        quick = is_quick and regex.compile(r"\s*+".join(regex.escape(term.text) for term in terms))

        def is_there(text: str) -> bool:
            if quick and not quick.search(self._lower(without_invisible(text))):
                return False
            return next(places_of(self.terms(text), terms), None) is not None

        return is_there

    def query(self, text: str, *, is_phrase: bool = False) -> list[Term]:
        """The terms by which a text is looked for.

        A Han character that ends a row is in the bigram before it, unless it is alone or the place in a
        phrase matters: then it is what terms begin with.
        """
        terms = self.places(text)
        if not self._pairs_han:
            return terms
        asked: list[Term] = []
        for term in terms:
            if _one_han().fullmatch(term.text):
                if not is_phrase and asked and asked[-1].end == term.end and not asked[-1].begins:
                    continue
                term = term._replace(begins=True)  # noqa: PLW2901
            asked.append(term)
        return asked


def places_of(found: Sequence[str], terms: Sequence[Term]) -> Iterator[int]:
    """Yield where `terms` stand one behind the other among those that were `found`."""
    for start in range(len(found) - len(terms) + 1):
        if all(map(_is_of, found[start : start + len(terms)], terms)):
            yield start


def _is_of(found: str, term: Term) -> bool:
    return found.startswith(term.text) if term.begins else found == term.text


def is_mark(token: str) -> bool:
    """Whether a token is punctuation or a mathematical or similar sign: no letter, digit or picture."""
    return all(unicodedata.category(letter)[0] == "P" or letter in "$+<=>^`|~" for letter in token)


def _places(text: str, lowered: str, lower: Callable[[str], str]) -> Callable[[int], int]:
    """Where in `text` a character of it in lower case stands: İ is one there, and two in lower case."""
    if len(lowered) == len(text):
        return lambda offset: offset
    places = [number for number, letter in enumerate(text) for _ in lower(letter)]
    return places.__getitem__


@cache
def _one_han() -> regex.Pattern[str]:
    return regex.compile(f"[{HAN}][{ATTACHED}]*+")


@cache
def _neighbours() -> regex.Pattern[str]:
    """Return the pattern of a Han character that another one follows, as tokens with a space between them."""
    one = _one_han().pattern
    return regex.compile(rf"(?<![^ \n])({one})(?= ({one})(?![^ \n]))")
