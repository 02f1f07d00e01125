r"""Unicode normalisation and lower case, before tokenization.

A block of lines gives the same as each line by itself: `\n` composes with no character, marks are not
reordered across it, and the rule for the final Greek sigma does not look past it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final, Literal

import regex

FORMS: Final = ("none", "NFC", "NFKC")

LONGEST_RUN_OF_MARKS: Final = 30
"""No writing system needs more marks in a row (Unicode Standard Annex #15, section 13)."""


def normalizer(form: str, lower: bool = False) -> Callable[[str], str]:
    """Return the function that normalises text to `form`, one of `FORMS`, and then lowers its case if asked.

    Lower case is that of `str.lower`: Σ becomes ς at the end of a word and σ elsewhere, İ becomes i with a
    dot above, two code points. The result is in the form asked for, although lower case can undo a form (H̱
    has no composed character, ẖ has one). To apply the function again changes nothing more.

    Raises: ValueError for any other form.
    """
    match form:
        case "none":
            return str.lower if lower else _unchanged
        case "NFC" | "NFKC":
            return _lower_normalizer(form) if lower else _form_normalizer(form)
    message = f"unknown normalisation form {form!r}; expected one of {', '.join(FORMS)}"
    raise ValueError(message)


def _unchanged(text: str) -> str:
    return text


def _form_normalizer(form: Literal["NFC", "NFKC"]) -> Callable[[str], str]:
    def normalize(text: str) -> str:
        return unicodedata.normalize(form, text if text.isascii() else _with_long_runs_sorted(form, text))

    return normalize


def _lower_normalizer(form: Literal["NFC", "NFKC"]) -> Callable[[str], str]:
    normalize = _form_normalizer(form)

    def lower_normalize(text: str) -> str:
        return normalize(normalize(text).lower())

    return lower_normalize


def _with_long_runs_sorted(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return an equivalent of `text` whose long runs of marks are in canonical order already.

    `unicodedata.normalize` orders marks by insertion, in quadratic time: 40,000 pairs of two marks take
    seconds. On marks in order it takes linear time, and it gives the same result.
    """
    decomposed: Literal["NFD", "NFKD"] = "NFD" if form == "NFC" else "NFKD"

    def in_order(run: regex.Match[str]) -> str:
        marks = "".join([unicodedata.normalize(decomposed, mark) for mark in run.group()])
        return "".join(sorted(marks, key=unicodedata.combining))

    return long_run_of_marks(form).sub(in_order, text)


@cache
def long_run_of_marks(form: Literal["NFC", "NFKC"]) -> regex.Pattern[str]:
    """Return the pattern of more than `LONGEST_RUN_OF_MARKS` marks in a row, as `form` sees marks.

    Marks are the characters whose canonical combining class is not 0, and those that decompose into nothing
    but such characters.
    """
    decomposing = r"\u0f73\u0f75\u0f81" if form == "NFC" else r"\u0f73\u0f75\u0f81\uff9e\uff9f"
    return regex.compile(rf"[\P{{ccc=0}}{decomposing}]{{{LONGEST_RUN_OF_MARKS + 1},}}+")
