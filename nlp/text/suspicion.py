"""Signs that a training text is not tokens between spaces, each told once, with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import regex

from nlp.text.character_classes import HAN
from nlp.wording import Message

SENTENCE_MARKS: Final = ("<s>", "</s>", "<eos>", "<EOS>", "<bos>", "<|endoftext|>")
"""What other tools write where a sentence begins or ends; here a line end says so by itself."""

_UNSEGMENTED, _LONG = 0.3, 6  # share of the words that are long runs of Chinese; characters of such a run
_LISTED, _TAGGED, _RECORDS = 0.3, 0.02, 0.005  # share of the words
_PUNCTUATED = 0.03  # of the words; raw English has 8 to 17 %, tokens of the Penn Treebank 1 %, as in "Corp."
_PUNCTUATION = tuple(".,?!;:")
_TOKENIZE = "nlptool tokenize makes words of it"

_RUN = regex.compile(rf"[{HAN}\p{{Script=Hiragana}}\p{{Script=Katakana}}]")
_LETTER, _LATIN = regex.compile(r"\p{L}"), regex.compile(r"\p{Script=Latin}")
_LIST_ITEM = regex.compile(r"""\[*['"].*['"]\]?,?|\[\]""")
_RECORD = regex.compile(r"""\{"\w{1,32}+"\s*+:""")
_TAG = regex.compile(
    r"(?i).*</?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|table|t[dr]|h[1-6]|img|html|head|body|script)"
    r"(?:[/>].*|$)"
)


def warnings_of(occurrences: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Yield a warning, with its remedy, for each sign in the words of a text and how often each occurs.

    Told are lines of Chinese without spaces, JSONL, printed Python lists, words in quotes and HTML tags.
    """
    words = [(word, count) for word, count in occurrences if word not in SENTENCE_MARKS]
    total = sum(count for _, count in words)
    if not total:
        return

    def share(is_sign: Callable[[str], object]) -> tuple[float, str]:
        """How many of the words show a sign, and the most frequent one of them, shortened."""
        found = [(count, word) for word, count in words if is_sign(word)]
        example = max(found, default=(0, ""), key=lambda pair: pair[0])[1]
        return sum(count for count, _ in found) / total, example if len(
            example
        ) <= _SHOWN else f"{example[:_SHOWN]}…"

    unsegmented, example = share(lambda word: len(word) >= _LONG and len(_RUN.findall(word)) >= _LONG)
    if unsegmented >= _UNSEGMENTED:
        yield (
            f"{unsegmented:.0%} of the words are whole phrases, such as {example}: the text has no spaces"
            f" between its words; {_TOKENIZE}"
        )
    records, example = share(_RECORD.match)
    if records >= _RECORDS:
        yield Message(
            "{records:.1%} of the words begin a record of JSON, such as {example}; if that is what the text "
            "is, tell with `input_format` jsonl",
            records=records,
            example=example,
        )
    listed, example = share(_LIST_ITEM.fullmatch)
    if listed >= _LISTED:
        yield (
            f"{listed:.0%} of the words stand in quotes, such as {example}, as in a printed list of Python;"
            f' write the tokens with " ".join(tokens), one sentence a line'
        )
    tagged, example = share(_TAG.fullmatch)
    if tagged >= _TAGGED:
        yield f"{tagged:.0%} of the words hold HTML tags, such as {example}; take the tags out first"


def punctuation_warnings(occurrences: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Yield a warning where many words end in a mark: "street." and "street" are two words then."""
    words = list(occurrences)
    attached = {
        word: count
        for word, count in words
        if word.endswith(_PUNCTUATION) and len(word) > 2 and word[-3:-1].isalpha()
    }
    share = sum(attached.values()) / max(sum(count for _, count in words), 1)
    if share > _PUNCTUATED:
        example = max(attached, key=attached.__getitem__)
        yield (
            f"{share:.0%} of the words end in a punctuation mark, such as {example}; is this text tokenized? "
            f"{_TOKENIZE}"
        )


def mark_warnings(occurrences: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Yield a warning where a text brings the marks of sentences of its own."""
    found = [word for word, count in occurrences if word in SENTENCE_MARKS and count]
    if found:
        yield (
            f"the text holds {' and '.join(sorted(found))}: a line end is the end of a sentence by itself;"
            f" both are predicted, so that the perplexity is too low; take the marks out"
        )


def foreign_words(words: Iterable[str]) -> tuple[float, str, bool]:
    """Of the words with letters, the share that has none of the Latin script; one of these; whether of Han.

    The example is the first that is in Han or kana, if there is one, else the first of all.
    """
    lettered = [word for word in words if _LETTER.search(word)]
    foreign = [word for word in lettered if not _LATIN.search(word)]
    of_han = [word for word in foreign if _RUN.search(word)]
    example = [*of_han, *foreign, ""][0]
    return len(foreign) / max(len(lettered), 1), example, 2 * len(of_han) > len(foreign)


_SHOWN = 20  # characters of an example
