"""The vocabulary file that `nlptool vocab` writes, and others that look like it."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cli.io.printers import COUNTS
from cli.io.reading import Input
from cli.io.streams import Streams, ending_of
from nlp.errors import InputError
from nlp.text.records import parse_record
from nlp.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from cli.io.streams import Line
    from nlp.text.records import Record

_COUNT = re.compile(r"[0-9]{1,18}")
# Without a tab: as word2vec and fastText write a vocabulary, and as `sort | uniq -c` does.
_SPACED = re.compile(r"(?P<token>\S+) +(?P<count>[0-9]+)| *(?P<count_before>[0-9]+) +(?P<token_after>\S+)")


def read_vocabulary(path: str) -> Vocabulary:
    r"""The types of `path` in their order there: `token<TAB>count` a line, or the token alone, JSONL or CSV.

    The count stands after the last tab: a token of `tokenize --mode uax29` may hold one. Where there is no
    tab, a space may separate the two, the count coming last, as word2vec writes it, or first, as `uniq -c`.

    Raises: InputError for a line that is neither, or a token that comes twice; OSError.
    """
    counts: dict[str, int] = {}
    for batch in Streams(Input((path,))).batches():
        for line in batch:
            token, count = _entry(line)
            if token in counts:
                raise line.refuse(f"the token {token!r} comes a second time; merge its lines")
            counts[token] = count
    return Vocabulary(list(counts), list(counts.values()))


def write_vocabulary(vocabulary: Vocabulary, streams: Streams) -> None:
    """Write the types in their order, `token<TAB>count` a line or records, to the output of `streams`."""
    with streams.open_output() as output:
        write = streams.printer(COUNTS)
        for word, count in zip(vocabulary.words, vocabulary.counts, strict=True):
            output.write(write({"token": word, "count": count}))


def _entry(line: Line) -> tuple[str, int]:
    """The token and the count on one line; a count that is not there is 0."""
    token: Any
    count: Any
    record = _record(line)
    if record is None:
        token, tab, count = _parted(line)
        if not tab:
            token, count = _spaced(count)
    else:
        token, count = record.get("token"), str(record.get("count", 0))
    if not token or not isinstance(token, str) or not _COUNT.fullmatch(count):
        raise line.refuse("expected token<TAB>count, as nlptool vocab writes it")
    return token, int(count)


def _parted(line: Line) -> tuple[str, str, str]:
    """The token, what parts the two, and the count: all of a line without a tab; of bad CSV nothing."""
    text = line.text.removesuffix("\r")
    if ending_of(line.path) == ".csv":
        try:
            (token, count), comma = next(csv.reader([text], strict=True)), ","
        except (csv.Error, ValueError, StopIteration):
            token, comma, count = "", ",", ""
        return token, comma, count
    return text.rpartition("\t")


def _record(line: Line) -> Record | None:
    """The record of a line of JSONL, whatever its file is called; None for any other line."""
    if not line.plain:
        return line.record
    if line.text.startswith('{"'):
        with suppress(InputError):
            found = parse_record(line.text)
            return found if "token" in found else None
    return None


def _spaced(line: str) -> tuple[str, str]:
    """The token and the count of a line without a tab; no token where white space leaves that open."""
    found = _SPACED.fullmatch(line)
    if found:
        return found["token"] or found["token_after"], found["count"] or found["count_before"]
    words = line.split()
    return (words[0] if len(words) == 1 else ""), "0"
