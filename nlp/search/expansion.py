"""What a query may have meant beside its words: near misses of misspelt ones, and neighbours in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from nlp.search.analysis import Term
from nlp.search.index import Index
from nlp.search.queries import MAY, Clause
from nlp.vectors.spelling import NearMisses
from nlp.vectors.word_vectors import UnknownWordError, WordVectors

NEIGHBOUR_SHARE = 0.1
"""How much a neighbour counts, times its cosine: the best on half of the queries of Cranfield."""

_MISSES = 3
_SHORTEST = 3  # characters of a word that may be misspelt

Weighted = list[tuple[Clause, float]]


class Misspelt:
    """Puts near misses in the place of words that no document of an index holds."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def corrected(self, asked: Sequence[tuple[Clause, float]]) -> Weighted:
        """The clauses of a query, with up to three near misses of a word that may be there, else one."""
        return [(self._clause(clause), weight) for clause, weight in asked]

    def _clause(self, clause: Clause) -> Clause:
        most = _MISSES if clause.sign == MAY and not clause.is_phrase else 1
        terms = [near for term in clause.terms for near in self._near(term, most)]
        return clause._replace(terms=tuple(terms))

    def _near(self, term: Term, most: int) -> list[Term]:
        if len(term.text) < _SHORTEST or term.begins or len(self._index.postings(term)[0]):
            return [term]
        return [term._replace(text=word) for word in self._misses.suggest(term.text, most)] or [term]

    @cached_property
    def _misses(self) -> NearMisses:
        return NearMisses(self._index.words())


def with_neighbours(asked: Weighted, vectors: WordVectors, most: int) -> Weighted:
    """The clauses of a query and, for each word that may be there, the `most` nearest by word vectors.

    A neighbour counts less, the more so the farther it is: its weight is its cosine times `NEIGHBOUR_SHARE`.
    """
    known = {term.text for clause, _ in asked for term in clause.terms}
    added: dict[str, tuple[Term, float]] = {}
    for clause, weight in asked:
        for term in clause.terms if clause.sign == MAY and not clause.is_phrase else ():
            for word, cosine in _nearest(vectors, term.text, most):
                nearest = weight * NEIGHBOUR_SHARE * cosine
                if word not in known and nearest > added.get(word, (term, 0.0))[1]:
                    added[word] = term._replace(text=word, begins=False), nearest
    return asked + [(Clause(MAY, (term,), is_phrase=False), weight) for term, weight in added.values()]


def _nearest(vectors: WordVectors, word: str, most: int) -> list[tuple[str, float]]:
    """The neighbours of a word with their cosines; none of one that has no vector, and no marks."""
    if not word.isalpha():
        return []
    try:
        found = vectors.most_similar(word, topn=most)
    except UnknownWordError:
        return []
    return [(near.lower(), cosine) for near, cosine in found]
