"""What nobody sees is no part of a word; what shows stays, and every place can be found again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.visible import with_places, without_invisible

INVISIBLE = (
    "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2063\u2066\u2069\u206f\ufeff\ufe0f"
)


@pytest.mark.parametrize("character", INVISIBLE)
def test_a_word_with_an_invisible_character_is_the_same_word(character: str) -> None:
    inside = "co op" if character == "\u200b" else "coop"
    assert without_invisible(f"co{character}op") == inside
    assert without_invisible(f"{character}coop{character} 国{character}").split() == ["coop", "国"]
    assert without_invisible(character).strip() == ""


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧 ❤️‍🔥 🏳️‍🌈 👍🏽 1️⃣ #️⃣ ☺️ ☺︎ 🇨🇳",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "می‌خواهم کتاب‌ها",  # Persian: the non-joiner parts stems from endings
        "ක්‍ෂ র‍্য ന്‍ क्‌ष श्री‌",  # Sinhala, Bengali, Malayalam, Devanagari
        "葛󠄀城 plain ascii",
    ],
)
def test_what_shows_stays(text: str) -> None:
    assert without_invisible(text) == text
    assert with_places(text) == (text, None)


def test_a_joiner_too_many_makes_no_other_word() -> None:
    assert without_invisible("می‌‌خواهم") == "می‌خواهم"
    assert without_invisible("کتاب‌ ") == "کتاب "
    assert without_invisible("👩\u200d x") == "👩 x"


def test_places_lead_back() -> None:
    text = "\ufeffone\u00ad two\u200bthree"
    seen = with_places(text)
    assert seen.text == "one two three"
    assert [text[seen.place(offset)] for offset in range(len(seen.text))] == list("one two\u200bthree")
    assert seen.place(len(seen.text)) == len(text)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*INVISIBLE, *"aé1# 国سक्👩🏽❤🏴", "\U000e0067", "\u20e3"]), max_size=20).map(
        "".join
    )
)
def test_nothing_but_the_invisible_is_taken_out(text: str) -> None:
    seen = with_places(text)
    assert without_invisible(seen.text) == seen.text
    kept = text.replace("\u200b", " ")
    assert [kept[seen.place(offset)] for offset in range(len(seen.text))] == list(seen.text)
    left = set(range(len(text))) - {seen.place(offset) for offset in range(len(seen.text))}
    assert {text[place] for place in left} <= {*INVISIBLE, "\U000e0067"}
