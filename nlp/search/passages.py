"""Where in a document the words of a query stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlp.search.analysis import Analyzer, Term, places_of
from nlp.search.queries import MUST_NOT, Clause

Span = tuple[int, int]


def spans_of(text: str, asked: Iterable[Clause], analyzer: Analyzer) -> list[Span]:
    """The [start, end) in `text`, in code points, of what is asked for; spans that overlap are one."""
    found = analyzer.places(text)
    marked: list[Span] = []
    for clause in asked:
        if clause.sign == MUST_NOT:
            continue
        for terms in [clause.terms] if clause.is_phrase else [(term,) for term in clause.terms]:
            marked += _spans(found, terms)
    return _merged(marked)


def _spans(found: Sequence[Term], terms: Sequence[Term]) -> list[Span]:
    """Where `terms` stand one behind the other; of what only begins as one of them, no more than that."""
    spans = []
    for start in places_of([one.text for one in found], terms):
        for one, term in zip(found[start : start + len(terms)], terms, strict=True):
            spans.append((one.start, one.start + len(term.text) if term.begins else one.end))
    return spans


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def best_line(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The line of a text with the most spans, the first of several, and those spans within it."""
    best, of_best, start = "", [(0, 0)][:0], 0
    for number, line in enumerate(text.split("\n")):
        end = start + len(line)
        within = [(first - start, min(last, end) - start) for first, last in spans if start <= first < end]
        if not number or len(within) > len(of_best):
            best, of_best = line, within
        start = end + 1
    return best, of_best
