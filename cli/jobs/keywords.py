"""The words that texts are about: what `nlptool keywords` does."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

from cli.io.printers import KEYWORDS
from cli.io.units import texts
from cli.io.vocabulary_file import read_vocabulary
from cli.jobs.questions import with_text, words_of
from cli.jobs.segmenting import han_words
from nlp.documents.keywords import AmongTexts, InLanguage, best, counts_of, tf_idf, weights
from nlp.documents.words import words_of_texts
from nlp.errors import InputError
from nlp.storage.spooled_text import SpooledText
from nlp.text.records import format_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.io.streams import Line, Streams
    from nlp.documents.keywords import Keyword
    from nlp.text.records import Record

    Worded = tuple[Line, list[str]]

_DECIMALS = 6
_ALONE = "one text alone has nothing to tell its words from; give --vocab FILE, or --method textrank"


def run(streams: Streams, unit: str, most: int, vocab: str | None, *, by_graph: bool) -> None:
    """Write the keywords of each text, `most` of them at the most.

    Raises: InputError for a `vocab` without counts
    """
    if by_graph:
        from nlp.documents.text_rank import text_rank

        _write_each(streams, unit, lambda words: text_rank(words, most))
    elif vocab:
        vocabulary = read_vocabulary(vocab)
        if not any(vocabulary.counts):
            raise InputError("it counts no words; nlptool vocab writes such a file", path=vocab)
        rarity = InLanguage(vocabulary)
        _write_each(streams, unit, lambda words: tf_idf(words, rarity, most))
    else:
        _write_among(streams, unit, most)


def _write_each(streams: Streams, unit: str, found: Callable[[Sequence[str]], list[Keyword]]) -> None:
    """Write the keywords of each text as it comes."""
    write = streams.printer(KEYWORDS)
    with streams.open_output() as output:
        for batch in _worded(streams, unit):
            for line, words in batch:
                output.write(write(_record(with_text(line), found(words))))
            output.flush()


def _write_among(streams: Streams, unit: str, most: int) -> None:
    """Write the keywords of each text among all; they wait on disk until all have been read.

    Raises: InputError where there is one alone
    """
    rarity = AmongTexts()
    spool = SpooledText(tempfile.gettempdir())

    def read() -> Iterator[str]:
        for batch in _worded(streams, unit):
            waiting = []
            for line, words in batch:
                counts = counts_of(words)
                rarity.add(counts)
                waiting.append(format_record({"of": with_text(line), "counts": counts, "length": len(words)}))
            yield "".join(waiting)

    for _ in spool.keep(read()):
        pass
    if rarity.texts == 1:
        raise InputError(_ALONE)
    write = streams.printer(KEYWORDS)
    with streams.open_output() as output:
        for block in spool:
            for line in block.removesuffix("\n").split("\n") if block else ():
                kept = json.loads(line)
                found = best(weights(kept["counts"], kept["length"], rarity), most)
                output.write(write(_record(kept["of"], found)))


def _worded(streams: Streams, unit: str) -> Iterator[list[Worded]]:
    """The texts of the input, each with its words."""
    split = han_words(None, None, str, tweets=False)
    for batch in texts(streams, unit, words_of):
        cut = [line for line in batch if line.plain or "tokens" not in line.record]
        words = iter(words_of_texts([line.text for line in cut], split))
        yield [
            (line, next(words) if line.plain or "tokens" not in line.record else _lower(line.tokens))
            for line in batch
        ]


def _lower(tokens: Sequence[str]) -> list[str]:
    return [token.lower() for token in tokens]


def _record(record: Record, found: Sequence[Keyword]) -> Record:
    told = [{"word": word, "weight": round(weight, _DECIMALS)} for word, weight in found]
    return {**record, "keywords": told}
