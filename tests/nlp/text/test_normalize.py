"""Normalisation forms and lower case."""

from __future__ import annotations

import sys
import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text import normalize
from nlp.text.normalize import FORMS, normalizer

marked_texts = st.text(
    st.sampled_from("aHΣΑσ.'’\n\u0301\u0323\u0331\u0345\u0344\u0f73\u0f71ﾞ가가\u3099ｶℌİﬁ…\u00a0")
)
texts = marked_texts | st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("form", "lower", "text", "expected"),
    [
        ("none", False, "Ａe\u0301 İ", "Ａe\u0301 İ"),
        ("none", True, "ÀB İ", "àb i\u0307"),
        ("none", True, "ΟΔΟΣ ΣΟΦΟΣ.", "οδος σοφος."),
        ("NFC", False, "e\u0301 ﬁ Å", "é ﬁ Å"),
        ("NFKC", False, "ﬁ Ａ ２ ㎏ …", "fi A 2 kg ..."),
        ("NFKC", True, "ℌ Ｂ", "h b"),
        ("NFC", True, "H\u0331", "ẖ"),
    ],
)
def test_forms(form: str, lower: bool, text: str, expected: str) -> None:
    assert normalizer(form, lower)(text) == expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lower", [False, True])
@settings(max_examples=200)
@given(text=texts)
def test_block_is_its_lines(form: str, lower: bool, text: str) -> None:
    function = normalizer(form, lower)
    assert function(text) == "\n".join(map(function, text.split("\n")))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lower", [False, True])
@settings(max_examples=200)
@given(text=texts)
def test_twice_is_once(form: str, lower: bool, text: str) -> None:
    function = normalizer(form, lower)
    once = function(text)
    assert function(once) == once
    assert form not in {"NFC", "NFKC"} or unicodedata.normalize(form, once) == once  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@settings(max_examples=300)
@given(text=texts)
def test_form_is_that_of_the_standard_library(form: Literal["NFC", "NFKC"], text: str) -> None:
    assert normalizer(form)(text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@settings(max_examples=100)
@given(
    run=st.text(st.sampled_from("\u0301\u0323\u0331\u0345\u0344\u0f73\u0f71ﾞ\u3099"), min_size=31, max_size=80)
)
def test_long_runs_of_marks(form: Literal["NFC", "NFKC"], run: str) -> None:
    text = f"e{run}カ{run}\n{run}"
    assert normalizer(form)(text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_every_mark_counts_in_a_long_run(form: Literal["NFC", "NFKC"]) -> None:
    decomposed: Literal["NFD", "NFKD"] = "NFD" if form == "NFC" else "NFKD"
    pattern = normalize.long_run_of_marks(form)
    for character in map(chr, range(sys.maxunicode + 1)):
        if all(map(unicodedata.combining, unicodedata.normalize(decomposed, character))):
            assert pattern.fullmatch(character * 31), f"U+{ord(character):04X}"


def test_nothing_to_do_is_free() -> None:
    text = "Ａ text"
    assert normalizer("none")(text) is text


def test_unknown_form() -> None:
    with pytest.raises(ValueError, match="unknown normalisation form 'nfd'; expected one of none, NFC, NFKC"):
        normalizer("nfd")
