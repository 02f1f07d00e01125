r"""Unicode word boundaries (UAX #29, default rules), as one pattern over the Word_Break property.

It exists because `(?w)\b` of `regex` follows an older reading of the rules and fails 259 of the 1,823
conformance cases. The version of Unicode is the one that `regex` carries.

Source: Unicode Standard Annex #29, "Unicode Text Segmentation", section 4.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import regex

from nlp.text.character_classes import ATTACHED, WHITE_SPACE

CLASSES: Final[Mapping[str, str]] = {
    "letter": r"[\p{WB=ALetter}\p{WB=Hebrew_Letter}]",
    "hebrew": r"[\p{WB=Hebrew_Letter}]",
    "numeric": r"[\p{WB=Numeric}]",
    "katakana": r"[\p{WB=Katakana}]",
    "connector": r"[\p{WB=ExtendNumLet}]",
    "mid_letter": r"[\p{WB=MidLetter}\p{WB=MidNumLet}\p{WB=Single_Quote}]",
    "mid_number": r"[\p{WB=MidNum}\p{WB=MidNumLet}\p{WB=Single_Quote}]",
    "single_quote": r"[\p{WB=Single_Quote}]",
    "double_quote": r"[\p{WB=Double_Quote}]",
    "space": r"[\p{WB=WSegSpace}]",
    "newline": r"[\r\n\p{WB=Newline}]",
    "flag": r"[\p{WB=Regional_Indicator}]",
    "pictograph": r"[\p{Extended_Pictographic}]",
}
"""The sets of characters that the rules speak of, each a pattern of one character."""

# Given as blocks, because UAX #29 counts 々 and 〇, which are of the script Han, as letters.
LONE_CHARACTERS: Final = (
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff、。！？“”（）《》【】「」『』〈〉…—"
)
"""Common characters, as the inside of `[...]`, that are segments by themselves unless a mark is attached."""

_NEVER: Final = r"(?!)"


def grammar(classes: Mapping[str, str], attached: str, after_hebrew: str, after_joiner: str) -> str:
    """Return the pattern that matches one segment at a time, each as long as the rules allow.

    `classes` has the keys of `CLASSES`; `attached` matches the marks that may follow a character, and the
    other two are look-behinds. The comments name the rules that forbid a break.
    """
    x = attached  # WB4: marks take part in no other rule
    letter, numeric = classes["letter"], classes["numeric"]
    some_letters = f"(?:{letter}++{x})++"  # WB5
    some_digits = f"(?:{numeric}++{x})++"  # WB8
    hebrew_pair = f"{after_hebrew}{classes['double_quote']}{x}(?={classes['hebrew']})"  # WB7b, WB7c
    letters = f"{some_letters}(?:(?:{classes['mid_letter']}{x}|{hebrew_pair}){some_letters})*+"  # WB6, WB7
    numbers = f"{some_digits}(?:{classes['mid_number']}{x}{some_digits})*+"  # WB11, WB12
    katakana = f"(?:{classes['katakana']}++{x})++"  # WB13
    core = f"(?:(?:{letters}|{numbers})++|{katakana})"  # WB9, WB10

    connectors = f"(?:{classes['connector']}++{x})"
    hebrew_end = f"{after_hebrew}{classes['single_quote']}{x}"  # WB7a
    word = f"{connectors}*+{core}(?:{connectors}++{core})*+(?:{connectors}++|{hebrew_end})?+"  # WB13a, WB13b

    flags = f"{classes['flag']}{x}{classes['flag']}{x}"  # WB15, WB16
    other = f"{word}|{connectors}++|{flags}|{classes['space']}++{x}|(?s:.){x}"  # WB3d, WB999
    joined = f"(?:{after_joiner}(?={classes['pictograph']})(?:{other}))*+"  # WB3c
    return rf"\r\n|{classes['newline']}|(?:{other}){joined}"  # WB3, WB3a, WB3b


@cache
def unicode_pattern() -> regex.Pattern[str]:
    """Return the compiled definition: successive matches are the segments, and cover any text."""
    after_hebrew = rf"(?<={CLASSES['hebrew']}[{ATTACHED}]*)"
    return regex.compile(grammar(CLASSES, f"[{ATTACHED}]*+", after_hebrew, r"(?<=\u200d)"), regex.VERSION1)


@cache
def ascii_pattern() -> re.Pattern[str]:
    """Return the fast twin of `unicode_pattern`, right for text that is ASCII.

    Which ASCII characters are in a class is asked of `regex`, since it changes between versions of Unicode
    (the colon left MidLetter in version 15.0).
    """
    characters = "".join(map(chr, range(128)))

    def members(character_class: str) -> str:
        found = "".join(regex.findall(character_class, characters))
        return f"[{re.escape(found)}]" if found else _NEVER

    narrow = {name: members(character_class) for name, character_class in CLASSES.items()}
    return re.compile(grammar(narrow, attached="", after_hebrew=_NEVER, after_joiner=_NEVER))


@cache
def spanning_white_space() -> regex.Pattern[str]:
    """Return a pattern found in every text where a segment holds white space beside another character.

    Such segments begin with white space that a mark is attached to, or are joined by U+202F, which is white
    space to `str.isspace` and a connector of words to UAX #29.
    """
    return regex.compile(rf"[{WHITE_SPACE}][{ATTACHED}]|\u202f")
