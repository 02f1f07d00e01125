"""One sentence of each text by others: `python -m tests.bench.peer_summaries WAY < JSONL > JSONL`.

All are given the sentences and words of nlptool, and sumy its own stemmer besides.
"""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING

from nlp.documents.words import words_of_texts
from nlp.text.function_words import FUNCTION_WORDS
from nlp.text.sentences import sentences
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, BY_LOT, LEXRANK, TEXTRANK = "first", "by lot", "LexRank of sumy", "TextRank of sumy"


class _Given:
    """What sumy calls a tokenizer."""

    def __init__(self) -> None:
        self._split = tokenizer("words")

    def to_sentences(self, text: str) -> list[str]:
        return [text[start:end] for start, end in sentences(text)]

    def to_words(self, sentence: str) -> list[str]:
        return [word for word in words_of_texts([sentence], self._split)[0] if any(map(str.isalpha, word))]


def chooser(way: str) -> Callable[[str], str]:
    """What chooses a sentence of a text."""
    given = _Given()
    if way == FIRST:
        return lambda text: given.to_sentences(text)[0]
    if way == BY_LOT:
        generator = random.Random(1)  # noqa: S311
        return lambda text: generator.choice(given.to_sentences(text))
    from sumy.nlp.stemmers import Stemmer
    from sumy.parsers.plaintext import PlaintextParser
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    made = (LexRankSummarizer if way == LEXRANK else TextRankSummarizer)(Stemmer("english"))
    made.stop_words = FUNCTION_WORDS
    return lambda text: str(made(PlaintextParser.from_string(text, given).document, 1)[0])


def main(way: str) -> None:
    """Write each record with the sentence as `summary`."""
    choose = chooser(way)
    for line in sys.stdin:
        record = json.loads(line)
        print(json.dumps({**record, "summary": [{"text": choose(record["text"])}]}))


if __name__ == "__main__":
    main(sys.argv[1])
