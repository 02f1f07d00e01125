"""The sentence that answers a query best: one that stands in a document, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nlp.search.analysis import Term
from nlp.search.config import SearchConfig
from nlp.search.queries import MUST_NOT, Clause
from nlp.search.ranking import Hit, Ranking
from nlp.search.weighting import length_norms, weights
from nlp.text.sentences import sentences


class Answer(NamedTuple):
    """A sentence: the number of its document, its score, and its [start, end) in the text."""

    number: int
    score: float
    start: int
    end: int


class _Sentence(NamedTuple):
    number: int
    start: int
    end: int
    terms: Counter[str]


def answer(
    ranking: Ranking, config: SearchConfig, asked: Sequence[tuple[Clause, float]], hits: Sequence[Hit]
) -> Answer | None:
    """The best sentence of the documents that were found, the first of equals; None where none holds a word.

    Sentences are ranked as documents are, by BM25: how rare a term is among the documents of the index, how
    often the sentence holds it, and how long that is beside the mean of the sentences looked at.
    """
    found = list(_sentences(ranking, hits))
    if not found:
        return None
    lengths = np.array([one.terms.total() for one in found], np.int32)
    norms = length_norms(config, lengths, float(lengths.mean()))
    scores = np.zeros(len(found))
    for term, weight in _distinct(asked).items():
        counts = np.array([_count(one.terms, term) for one in found], np.int32)
        holding = np.flatnonzero(counts)
        scores[holding] += weight * weights(config, ranking.rarity(term), counts[holding], norms[holding])
    best = found[place := int(scores.argmax())]
    return Answer(best.number, float(scores[place]), best.start, best.end) if scores[place] > 0 else None


def _distinct(asked: Sequence[tuple[Clause, float]]) -> dict[Term, float]:
    """The terms of a query, each once, with their weights."""
    distinct: dict[Term, float] = {}
    for clause, weight in asked:
        for term in clause.terms if clause.sign != MUST_NOT else ():
            distinct.setdefault(term._replace(start=0, end=0), weight)
    return distinct


def _sentences(ranking: Ranking, hits: Sequence[Hit]) -> Iterator[_Sentence]:
    for hit in hits:
        text = ranking.index.text(hit.number)
        for start, end in sentences(text):
            yield _Sentence(hit.number, start, end, Counter(ranking.analyzer.terms(text[start:end])))


def _count(terms: Counter[str], term: Term) -> int:
    if not term.begins:
        return terms[term.text]
    return sum(count for one, count in terms.items() if one.startswith(term.text))
