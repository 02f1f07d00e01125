"""UAX #29 words and grapheme clusters: Unicode's own conformance files, and a dozen cases by hand."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import regex

from nlp.text import uax29
from nlp.text.character_classes import ATTACHED
from nlp.text.tokenize import tokenizer

CONFORMANCE = Path(__file__).parents[3].parent / "shared" / "data" / "unicode"

# The files are of Unicode 14.0, where U+2701 UPPER BLADE SCISSORS was Extended_Pictographic; it no longer is.
CHANGED_WORDS = {"\u2701\u200d\u2701", "a\u200d\u2701"}
CHANGED_CLUSTERS = {"\u2701\u200d\u2701"}

BY_HAND = {
    "can't stop": ["can't", " ", "stop"],
    "3.14 1,000": ["3.14", " ", "1,000"],
    "a.b, c": ["a.b", ",", " ", "c"],
    "snake_case__": ["snake_case__"],
    "e\u0301a \u0301": ["e\u0301a", " \u0301"],
    "\r\n\n": ["\r\n", "\n"],
    "a  b": ["a", "  ", "b"],
    "\U0001f1e8\U0001f1f3\U0001f1fa": ["\U0001f1e8\U0001f1f3", "\U0001f1fa"],
    "👩\u200d👧👍🏽": ["👩\u200d👧", "👍🏽"],
    "צה\"ל ג'": ['צה"ל', " ", "ג'"],
    "א'_": ["א'", "_"],
    "カタカナひら漢字": ["カタカナ", "ひ", "ら", "漢", "字"],
    "1\u202f000": ["1\u202f000"],
    "": [],
}


def conformance_cases(name: str) -> list[tuple[str, list[int]]]:
    """Read lines such as `÷ 0061 × 0308 ÷`: a text and where its boundaries are."""
    path = CONFORMANCE / name
    if not path.exists():
        pytest.skip(f"{path} is not here: Unicode's file is not part of the project")
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text, bounds = "", []
        for field in line.partition("#")[0].split():
            if field == "÷":
                bounds.append(len(text))
            elif field != "×":
                text += chr(int(field, 16))
        if text:
            cases.append((text, bounds))
    return cases


def boundaries(text: str) -> list[int]:
    return [0, *(segment.end() for segment in uax29.unicode_pattern().finditer(text))]


def test_word_conformance() -> None:
    cases = conformance_cases("WordBreakTest.txt")
    assert len(cases) == 1823
    assert {text for text, bounds in cases if boundaries(text) != bounds} == CHANGED_WORDS


def test_grapheme_conformance() -> None:
    cases = conformance_cases("GraphemeBreakTest.txt")
    assert len(cases) == 602
    graphemes = tokenizer("graphemes")
    wrong = set()
    for text, bounds in cases:
        clusters = [text[start:end] for start, end in itertools.pairwise(bounds)]
        if graphemes.tokens(text) != [cluster for cluster in clusters if not cluster.isspace()]:
            wrong.add(text)
    assert wrong == CHANGED_CLUSTERS


@pytest.mark.parametrize(("text", "segments"), BY_HAND.items())
def test_segments(text: str, segments: list[str]) -> None:
    bounds = boundaries(text)
    assert [text[start:end] for start, end in itertools.pairwise(bounds)] == segments
    assert tokenizer("uax29").tokens(text) == [segment for segment in segments if not segment.isspace()]


@pytest.mark.parametrize("name", ["letter", "numeric", "connector", "mid_letter", "mid_number", "newline"])
def test_ascii_classes_are_not_empty(name: str) -> None:
    ascii_text = "".join(map(chr, range(128)))
    assert regex.search(uax29.CLASSES[name], ascii_text)


def test_what_the_ascii_pattern_leaves_out_is_not_ascii() -> None:
    ascii_text = "".join(map(chr, range(128)))
    assert not regex.search(rf"[{ATTACHED}]|{uax29.CLASSES['hebrew']}", ascii_text)
