"""Texts that are not tokens between spaces are told, each sign once; those that are have no warning."""

from __future__ import annotations

from collections import Counter

import pytest

from nlp.text.suspicion import foreign_words, mark_warnings, punctuation_warnings, warnings_of

TOKENS = (
    "the king said , \" I don't know it . \" he rode 3 < 5 miles ' and 我 喜欢 北京大学 。 ー カタカナ の"
)


def told(text: str) -> list[str]:
    return [*warnings_of(Counter(text.split()).items())]


@pytest.mark.parametrize(
    ("text", "sign", "remedy"),
    [
        (
            "昨天，老船夫在十字路口修好了一盏铜灯。\n天黑的时候，我们的老师找到了一篮梨。",
            "no spaces",
            "nlptool tokenize",
        ),
        ("わたしはきのうがっこうへいきました。", "no spaces", "nlptool tokenize"),
        ("['the', 'king', 'rode']\n['he', 'ate']", "printed list", "join(tokens)"),
        ('["the", "king", "rode"]', "printed list", "join(tokens)"),
        ('"the" "king" "rode" "out"', "in quotes", "join(tokens)"),
        ('{"text": "the king rode out"}\n{"text": "he ate"}', "a record of JSON", "input_format jsonl"),
        ('{"text":"the king rode out"}', 'JSON, such as {"text":"the;', "input_format jsonl"),
        ("<p>The king rode</p> <br/> <a href=x> out", "HTML tags", "take the tags out"),
        ("great film<br /><br />I liked it", "HTML tags", "take the tags out"),
    ],
)
def test_each_sign_is_told_once_with_its_remedy(text: str, sign: str, remedy: str) -> None:
    (warning,) = told(text)
    assert sign in warning
    assert remedy in warning


@pytest.mark.parametrize(
    "text", [TOKENS, "", "x < y > z <unk>", "中国 人民 银行 、 中华人民共和国 在 北京 。"]
)
def test_tokens_are_not_suspected(text: str) -> None:
    assert told(text) == []


def test_marks_of_sentences_are_named() -> None:
    (warning,) = mark_warnings(Counter(["<s>", "the", "king", "</s>"]).items())
    assert "</s> and <s>" in warning
    assert [*mark_warnings(Counter(["the", "king"]).items())] == []


RAW = "The king rode out, and he sang: hello. No!"
ABBREVIATED = "the U.S. Corp. of 40 words " * 9 + "x " * 300


def test_words_that_end_in_marks_are_told_where_there_are_many() -> None:
    (warning,) = punctuation_warnings(Counter(RAW.split()).items())
    assert warning.startswith("44% of the words end in a punctuation mark, such as out,")
    assert warning.endswith("nlptool tokenize makes words of it")
    for tokens in (TOKENS, ABBREVIATED, ""):
        assert [*punctuation_warnings(Counter(tokens.split()).items())] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, "", False)),
        ("12 , a", (0, "", False)),
        ("да no 我 北京 3", (0.75, "我", True)),
        ("да no нет ну 我", (0.8, "我", False)),
        ("αβγ café", (0.5, "αβγ", False)),
    ],
)
def test_words_without_latin_letters_are_foreign(text: str, expected: tuple[float, str, bool]) -> None:
    assert foreign_words(text.split()) == expected
