"""Where sentences end, in English and Chinese, by rules about each stop and what stands around it.

No model and no state: the same text gives the same sentences anywhere. Besides punctuation and letter case,
the rules know only the lists of `abbreviations`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import regex

from nlp.text.abbreviations import ALWAYS_FOLLOWED, CARELESS_STARTERS, EITHER, FOLLOWED_BY_NUMBER, STARTERS
from nlp.text.character_classes import ATTACHED, HAN, WHITE_SPACE

_CLOSERS: Final = r"\"'”’)\]}»」』）】》〉*_"
_OPENERS: Final = r"\"'“‘’„‚»›‹(\[{«「『（【《〈*_¿¡•‣◦▪●■"
_CLOSERS_ELSEWHERE: Final = r"“‘«‹›"
"""Close in German and its neighbours, „so.“ and »so.«, what they open in English or French."""
_BULLETS: Final = r"•‣◦▪●■∙·*\-–—"
_CITATION: Final = r"(?:\[[0-9]{1,4}(?:[,–\-] ?[0-9]{1,4})*+\]|[⁰¹²³⁴-⁹]++)"
_FACE: Final = rf"(?:(?![©®™‼⁉])\p{{Extended_Pictographic}}|\p{{Regional_Indicator}}{{2}})[{ATTACHED}]*+"
_CJK: Final = rf"{HAN}\p{{Script=Hiragana}}\p{{Script=Katakana}}“”‘’「」『』（）《》【】"
_LONGEST_ABBREVIATION: Final = 16
_ADDRESS_STARTS: Final = frozenset({"http", "https", "www"})
_UNABBREVIATED: Final = 4
"""A word this long that is on no list is no abbreviation: a sentence may end there before a small letter."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the [start, end) of each sentence of `text` in code points, without the white space around it.

    A sentence ends at a blank line or before a line that is an item of a list, and at a stop with what closes
    it: quotes, brackets, the number of a citation, emoji. Full-width stops (。！？ and the six dots ……) end
    it wherever they stand, unless a comma or the like follows; `.`, `!` and `?` only before white space or
    between CJK characters, and only where the words around them do not show that the sentence goes on. Every
    character that is not white space is in exactly one sentence. The time is linear in the text.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for stop in _stop_pattern().finditer(text):
        if _ends_sentence(text, start, stop):
            spans += _trimmed(text, start, stop.end())
            start = stop.end()
    return spans + _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the one span from the first to the last character that is not white space, or none."""
    body = text[start:end]
    length = len(body.strip())
    first = start + len(body) - len(body.lstrip())
    return [(first, first + length)] if length else []


def _ends_sentence(text: str, start: int, stop: regex.Match[str]) -> bool:
    """Tell whether the sentence that began at `start` ends after `stop`."""
    if stop["blank"]:
        return True
    if stop["wide"]:
        return not _continuation_pattern().match(text, stop.end())
    if stop.end() == len(text):
        return True
    if _numbers_item(text, start, stop):
        return False
    following = _following_pattern().match(text, stop.end())
    if not following:
        return _is_between_cjk(text, stop) or bool(stop["faces"] and text[stop.end()].isupper())
    return _ends_before(following["word"], _word_before(text, start, stop), stop)


def _ends_before(following: str, before: str, stop: regex.Match[str]) -> bool:
    """Tell whether a stop before white space ends the sentence, by the words on both sides of it."""
    if not following:  # a comma goes on with the sentence, a smiley still belongs to it
        return False
    marks, closed = stop["narrow"], stop["closed"]
    if marks == "." and not closed:
        return _ends_after(before, following)
    if following in _ADDRESS_STARTS:
        return True
    if _is_small(following):  # "Why?" he asked. Well ... perhaps
        return not closed and "." not in marks and "…" not in marks
    return True


def _ends_after(before: str, following: str) -> bool:
    """Tell whether a single period between the words `before` and `following` ends a sentence."""
    abbreviation, follower = before.lower(), following.lower()
    is_initial = len(before) == 1 and before.isupper() and before != "I"
    if not is_initial and abbreviation in ALWAYS_FOLLOWED:  # Vitamin C. is not c. for circa
        return False
    if abbreviation in FOLLOWED_BY_NUMBER and following[0].isdigit():
        return False
    abbreviated = abbreviation in EITHER or _is_acronym(before)
    if _is_small(following):  # only careless writing begins a sentence so
        return not abbreviated and (
            len(before) >= _UNABBREVIATED
            or following in _ADDRESS_STARTS
            or (len(before) > 2 and follower in CARELESS_STARTERS)
        )
    if is_initial:
        return follower in STARTERS and len(following) > 1
    if abbreviated:
        return follower in STARTERS
    return True


def _is_small(word: str) -> bool:
    """Tell whether a word begins with a small letter, and is no name such as iPad or eBay."""
    return word[0].islower() and not word[1:2].isupper()


def _word_before(text: str, start: int, stop: regex.Match[str]) -> str:
    """Return the word, or its last 16 characters, that the stop follows at once; empty if there is none."""
    window = text[max(start, stop.start() - _LONGEST_ABBREVIATION) : stop.start()]
    match = _last_word_pattern().search(window)
    return match.group() if match else ""


def _numbers_item(text: str, start: int, stop: regex.Match[str]) -> bool:
    """Tell whether all of the sentence so far is the number of an item: `2.` Second of all."""
    head = text[start : stop.start()] if stop.start() - start <= _LONGEST_ABBREVIATION else ""
    return stop["narrow"] == "." and head.strip(" \t\r\n(*").isdigit()


def _is_acronym(word: str) -> bool:
    return "." in word and all(len(letter) == 1 and letter.isalpha() for letter in word.split("."))


def _is_between_cjk(text: str, stop: regex.Match[str]) -> bool:
    cjk = _cjk_pattern()
    return bool(stop.start() and cjk.match(text, stop.start() - 1) and cjk.match(text, stop.end()))


@cache
def _stop_pattern() -> regex.Pattern[str]:
    """Return the pattern of whatever may end a sentence, with its closing marks."""
    wide = r"(?:[。｡！？]|…{2})"
    alone = rf"(?=[{WHITE_SPACE}]|\Z)"
    closed = (
        rf"(?:[{_CLOSERS}]|[{_CLOSERS_ELSEWHERE}]++{alone})*+(?:[ \u00A0\u202F][»›]++{alone})?+{_CITATION}*+"
    )
    faces = rf"(?P<faces>(?:[{WHITE_SPACE}]?+{_FACE})*+)"
    return regex.compile(
        rf"(?P<wide>{wide}[。｡！？!?…]*+)[{_CLOSERS}]*+{_CITATION}*+{faces}"
        rf"|(?P<narrow>[.!?…‽⁇⁈⁉‼।॥۔؟։።။។]++)(?P<closed>{closed}){faces}"
        rf"|(?P<blank>\n[\t\r ]*+(?:\n|(?=[{_BULLETS}] )))",
        regex.VERSION1,
    )


@cache
def _continuation_pattern() -> regex.Pattern[str]:
    return regex.compile(r"[，、；：,;:]")


@cache
def _following_pattern() -> regex.Pattern[str]:
    """Return the pattern of white space, opening marks and then a word or a ruled line, or neither."""
    return regex.compile(
        rf"[{WHITE_SPACE}]++(?P<word>[\-*=_~#]{{3}})"  # a ruled line
        rf"|[{WHITE_SPACE}]++[{_OPENERS}\-–—<~{WHITE_SPACE}]*+"
        rf"(?P<word>[\p{{L}}\p{{M}}]{{1,16}}+|[\p{{N}}\p{{Sc}}#@]|)"
    )


@cache
def _last_word_pattern() -> regex.Pattern[str]:
    return regex.compile(r"[\p{L}\p{M}\p{N}.]++$")


@cache
def _cjk_pattern() -> regex.Pattern[str]:
    return regex.compile(f"[{_CJK}]")
