"""What is wrong with a text of words is told; characters are right in any case."""

from __future__ import annotations

import re

import pytest

from nlp.data.advice import advice_on_text
from nlp.data.corpus import encode

TMP = "/tmp"  # noqa: S108 - the storage has no name there


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("the king rode out <eos> <unk>\n", []),
        (
            "我喜欢喝热的绿茶\n你喜欢喝冷的红茶\n",
            ["no spaces between its words; .* or level char reads characters"],
        ),
        ("<s> the king rode out </s>\n", ["the text holds </s> and <s>"]),
    ],
)
def test_signs_of_words_that_are_none(text: str, signs: list[str]) -> None:
    found = list(advice_on_text(encode([text], TMP, "word")))
    assert [bool(re.search(sign, told)) for told, sign in zip(found, signs, strict=True)] == [True] * len(
        signs
    )
    assert list(advice_on_text(encode([text], TMP, "char"))) == []
