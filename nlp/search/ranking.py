"""The best documents for a query: the scores of its terms, added up, and the highest of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Floats, Ids
from nlp.search.analysis import Analyzer, Term
from nlp.search.config import SearchConfig
from nlp.search.index import Index
from nlp.search.queries import MAY, MUST, MUST_NOT, Clause
from nlp.search.weighting import idf, length_norms, weights

_BLOCK = 64
"""Documents whose best score is looked at first: the best of a few thousand blocks are found in no time."""

_FREQUENT = 16
"""A term that one in so many documents holds is kept as a score of every document: adding rows is faster than
looking up documents."""

_CACHED = 1 << 25
"""Scores of terms that are kept for further queries: 128 MB."""

Weighted = Sequence[tuple[Clause, float]]
"""What is asked, and how much each counts."""


class Hit(NamedTuple):
    """A document that was found, by its number, and its score."""

    number: int
    score: float


class _Scores(NamedTuple):
    """The scores of one term: of the documents that hold it (n,), or of all (N,), without `holders`."""

    holders: Ids | None
    values: Floats


class Ranking:
    """Finds the best documents of an index, by BM25 in the form that `config` says."""

    def __init__(self, index: Index, analyzer: Analyzer, config: SearchConfig) -> None:
        self.index, self.analyzer, self._config = index, analyzer, config
        self._norms = length_norms(config, index.lengths, index.mean_length)
        padded = -(-len(index.lengths) // _BLOCK) * _BLOCK
        self._buffer = np.zeros(padded, np.float32)
        self._cached: dict[tuple[str, bool], _Scores] = {}
        self._kept = 0

    def best(self, asked: Weighted, k: int) -> list[Hit]:
        """The `k` best documents, those that come first in the index first among equals.

        A document is found if it holds a term of a clause that may or must be there, all clauses that must,
        and none that must not.
        """
        total = self.scores(asked)
        allowed = self._allowed(asked)
        if allowed is not None:
            total *= allowed
        hits = self._highest(k)
        if len(hits) < k:  # a term that says nothing of a document is found there all the same
            hits += self._worthless(asked, allowed, hits, k - len(hits))
        return hits

    def scores(self, asked: Weighted) -> Floats:
        """The scores of all documents (N,), which hold until the next query; 0 where no term is found."""
        total = self._buffer[: len(self.index.lengths)]
        self._buffer[:] = 0
        for clause, weight in asked:
            if clause.sign == MUST_NOT:
                continue
            held = self._holding(clause) if clause.is_phrase else None
            for term in clause.terms:
                holders, values = self._scores_of(term)
                if weight != 1:
                    values = values * np.float32(weight)
                if held is not None:
                    every = self._all(_Scores(holders, values))
                    total[held] += every[held]
                elif holders is None:
                    total += values
                else:
                    total[holders] += values  # no document is there twice
        return total

    def rarity(self, term: Term) -> float:
        """The idf of a term; 0 where no document holds it."""
        holders, _ = self.index.postings(term)
        return idf(self._config.method, len(self.index), len(holders)) if len(holders) else 0.0

    def _scores_of(self, term: Term) -> _Scores:
        key = term.text, term.begins
        found = self._cached.get(key)
        if found is None:
            holders, counts = self.index.postings(term)
            found = _Scores(holders, np.zeros(0, np.float32))
            if len(holders):
                rarity = idf(self._config.method, len(self.index), len(holders))
                found = _Scores(holders, weights(self._config, rarity, counts, self._norms[holders]))
            if len(holders) * _FREQUENT > len(self.index.lengths):
                found = _Scores(None, self._all(found))
            if self._kept + len(found.values) > _CACHED:
                self._cached.clear()
                self._kept = 0
            self._cached[key] = found
            self._kept += len(found.values)
        return found

    def _all(self, scores: _Scores) -> Floats:
        """The scores of one term in all documents (N,)."""
        if scores.holders is None:
            return scores.values
        every = np.zeros(len(self.index.lengths), np.float32)
        every[scores.holders] = scores.values
        return every

    def _highest(self, k: int) -> list[Hit]:
        """The `k` highest scores above 0 in the buffer.

        The k-th highest of the best scores of blocks is not above the k-th highest score of all, so that none
        below it needs to be sorted.
        """
        blocks = self._buffer.reshape(-1, _BLOCK).max(axis=1)
        least = np.float32(0)
        if len(blocks) > k:
            least = np.partition(blocks, len(blocks) - k)[len(blocks) - k]
        rows = np.flatnonzero(blocks >= least) if least > 0 else np.flatnonzero(blocks > 0)
        near = self._buffer.reshape(-1, _BLOCK)[rows]
        within = np.flatnonzero((near >= least) & (near > 0))
        numbers = rows[within // _BLOCK] * _BLOCK + within % _BLOCK
        scores = self._buffer[numbers]
        order = np.argsort(-scores, kind="stable")[:k]
        return [Hit(*one) for one in zip(numbers[order].tolist(), scores[order].tolist(), strict=True)]

    def _worthless(
        self, asked: Weighted, allowed: NDArray[np.bool_] | None, hits: Sequence[Hit], most: int
    ) -> list[Hit]:
        """At most so many documents that are found, but whose score is 0."""
        found = np.zeros(len(self.index.lengths), bool)
        for clause, _ in asked:
            if clause.sign != MUST_NOT:
                found[self._holding(clause)] = True
        if allowed is not None:
            found &= allowed
        found[[hit.number for hit in hits]] = False
        return [Hit(number, 0.0) for number in np.flatnonzero(found)[:most].tolist()]

    def _allowed(self, asked: Weighted) -> NDArray[np.bool_] | None:
        """Which documents hold all that must be there, and nothing that must not; None if nothing must."""
        allowed: NDArray[np.bool_] | None = None
        for clause, _ in asked:
            if clause.sign == MAY:
                continue
            holds = np.zeros(len(self.index.lengths), bool)
            holds[self._holding(clause)] = True
            holds = holds if clause.sign == MUST else ~holds
            allowed = holds if allowed is None else allowed & holds
        return allowed

    def _holding(self, clause: Clause) -> Ids:
        """The documents that hold the phrase, any of some words, or all parts of a word with a sign."""
        each = [self.index.postings(term)[0] for term in clause.terms]
        if clause.sign == MAY and not clause.is_phrase:
            return np.unique(np.concatenate(each))
        held = _intersection(each)
        return self._with_phrase(held, clause.terms) if clause.is_phrase else held

    def _with_phrase(self, numbers: Ids, terms: Sequence[Term]) -> Ids:
        """Those of some documents in which the terms stand one behind the other."""
        is_there = self.analyzer.phrase(terms)
        return numbers[[is_there(self.index.text(number)) for number in numbers.tolist()]]


def _intersection(each: Iterable[Ids]) -> Ids:
    """The numbers that are in all of these, which rise."""
    held: Ids | None = None
    for holders in sorted(each, key=len):
        held = holders if held is None else np.intersect1d(held, holders, assume_unique=True)
    return np.zeros(0, np.int32) if held is None else held
