"""Where in a document the words of a query stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlp.search.analysis import Analyzer, Term, places_of
from nlp.search.index import Index
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


def best_line(lines: Sequence[str], spans: Sequence[Span]) -> tuple[int, list[Span]]:
    """The number of the line with the most spans, the first of several, and those spans within it."""
    best, start = 0, 0
    of_best: list[Span] = []
    for number, line in enumerate(lines):
        end = start + len(line)
        within = [(first - start, min(last, end) - start) for first, last in spans if start <= first < end]
        if not number or len(within) > len(of_best):
            best, of_best = number, within
        start = end + 1
    return best, of_best


def around(index: Index, number: int, lines: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Id and text of so many documents before and behind one that is a line, as far as its file goes."""
    source = _source(index.document(number).id)

    def near(places: Iterable[int]) -> list[tuple[str, str]]:
        found = []
        for place in places:
            if not 0 <= place < len(index.lengths) or (index.has is not None and not index.has[place]):
                break
            document = index.document(place)
            if _source(document.id) != source:
                break
            found.append((document.id, document.text))
        return found

    before = near(range(number - 1, number - 1 - lines, -1))
    return before[::-1], near(range(number + 1, number + 1 + lines))


def _source(name: str) -> str:
    """The file of a line by the id of its document; nothing for lines of stdin."""
    return name.rpartition(":")[0]
