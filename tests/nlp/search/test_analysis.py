"""The terms of texts, and where they stand."""

from __future__ import annotations

import pytest

from nlp.search.analysis import is_mark
from nlp.search.config import IndexConfig
from tests.nlp.search.small_indexes import analyzer_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The King's, WWW.A.ORG", ["the", "king's", ",", "www.a.org"]),
        ("soft\u00adware", ["software"]),
        ("我爱自然，王", ["我爱", "爱自", "自然", "然", "，", "王"]),
        ("3天 a我b", ["3", "天", "a", "我", "b"]),
        ("a\nb", ["a", "b"]),
        ("", []),
    ],
)
def test_terms_are_tokens_in_lower_case(text: str, terms: list[str]) -> None:
    analyzer = analyzer_of()
    assert analyzer.terms(text) == [term.text for term in analyzer.places(text)] == terms


def test_places_are_those_in_the_text_as_it_came() -> None:
    text = "İzmir\u00ad-\u200b Soft\u00adware 我 爱"
    shown = [text[term.start : term.end] for term in analyzer_of().places(text)]
    assert shown == ["İzmir", "-", "Soft\u00adware", "我 爱", "爱"]


def test_a_text_keeps_its_case_and_loses_its_marks_where_that_is_asked_for() -> None:
    analyzer = analyzer_of(IndexConfig(lower=False, drop_marks=True, han="chars"), ["The"])
    assert analyzer.terms("The the 我爱, $5 …") == ["the", "我", "爱", "5"]


@pytest.mark.parametrize("mark", [".", "…", "，", "$", "—", "+"])
def test_marks(mark: str) -> None:
    assert is_mark(mark)


@pytest.mark.parametrize("word", ["a", "3.14", "我", "🙂", "don't"])
def test_words_are_no_marks(word: str) -> None:
    assert not is_mark(word)


@pytest.mark.parametrize(
    ("text", "is_phrase", "terms"),
    [
        ("我", False, ["我*"]),
        ("我爱", False, ["我爱"]),
        ("我爱", True, ["我爱", "爱*"]),
        ("我 a 爱你", False, ["我*", "a", "爱你"]),
    ],
)
def test_a_query_asks_for_what_terms_begin_with(text: str, is_phrase: bool, terms: list[str]) -> None:
    asked = analyzer_of().query(text, is_phrase=is_phrase)
    assert [term.text + "*" * term.begins for term in asked] == terms
