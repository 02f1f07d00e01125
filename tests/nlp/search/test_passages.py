"""Where in a text the words of a query stand."""

from __future__ import annotations

import pytest

from nlp.search.passages import best_line, spans_of
from nlp.search.queries import clauses
from tests.nlp.search.small_indexes import analyzer_of


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("king rode", ["king", "rode", "King"]),
        ('"the king" -rode', ["the", "king"]),
        ("语言处理", ["语言处理"]),
        ("理", ["理"]),
        ("nothing", []),
    ],
)
def test_spans(query: str, marked: list[str]) -> None:
    text, analyzer = "the king rode; King\n自然语言处理", analyzer_of()
    spans = spans_of(text, clauses(query, analyzer), analyzer)
    assert [text[start:end] for start, end in spans] == marked


def test_the_line_with_the_most_words_is_shown() -> None:
    lines = ["a", "b a", "b b"]
    assert best_line(lines, [(0, 1), (4, 5)]) == (0, [(0, 1)])
    assert best_line(lines, [(2, 3), (4, 5), (6, 7), (8, 9)]) == (1, [(0, 1), (2, 3)])
    assert best_line(lines, []) == (0, [])
