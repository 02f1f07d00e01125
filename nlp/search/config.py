"""What a user chooses of a search index, and of a search in it."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.settings import DATA, MODEL, check, setting

LINE, PARAGRAPH, FILE = "line", "paragraph", "file"
WORDS, CHARACTERS, BIGRAMS = "words", "chars", "bigrams"
LUCENE, ROBERTSON, ATIRE, PLUS = "lucene", "robertson", "atire", "bm25+"

SEARCHING = MODEL
"""The group of the settings of a search in a help text."""


@dataclass(frozen=True)
class IndexConfig:
    """The settings of an index. Raises: SettingError, naming the setting, its value and its limits."""

    unit: str = setting(
        LINE,
        "What a document is: a line, a paragraph (blank lines part two) or a file; or a record of JSONL.",
        choices=(LINE, PARAGRAPH, FILE),
        group=DATA,
    )
    han: str = setting(
        BIGRAMS,
        "Terms of Han text: words by a segmenter, characters, or neighbours, found wherever they stand.",
        choices=(WORDS, CHARACTERS, BIGRAMS),
        group=DATA,
    )
    lower: bool = setting(True, "Lower-case the text, and queries; the case is kept otherwise.", group=DATA)
    drop_marks: bool = setting(False, "Leave out punctuation marks; else they are terms too.", group=DATA)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class SearchConfig:
    """The settings of a search. Raises: SettingError, naming the setting, its value and its limits."""

    method: str = setting(
        LUCENE, "The form of BM25.", choices=(LUCENE, ROBERTSON, ATIRE, PLUS), group=SEARCHING
    )
    k1: float = setting(
        1.5, "How slowly a term's repetition in a document stops to count.", low=0, high=1000, group=SEARCHING
    )
    b: float = setting(
        0.75, "How much long documents count less: 0 not at all, 1 fully.", low=0, high=1, group=SEARCHING
    )

    def __post_init__(self) -> None:
        check(self)
