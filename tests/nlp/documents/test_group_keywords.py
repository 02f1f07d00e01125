"""What groups of texts are about."""

from __future__ import annotations

import math

import pytest

from nlp.documents.group_keywords import GroupKeywords


def test_a_group_is_told_by_words_that_others_lack() -> None:
    keywords = GroupKeywords()
    keywords.add(["king", "bread"], 0)
    keywords.add(["king", "queen"], 0)
    keywords.add(["bread", "soup"], 1)
    keywords.add(["queen"], None)
    assert [one.word for one in keywords.best(0, 2)] == ["king", "bread"]
    [soup, bread] = keywords.best(1, 5)
    assert soup.word == "soup"
    assert soup.weight == pytest.approx(math.log(4) / 2)
    assert bread.word == "bread"
    assert keywords.best(2, 3) == []
