"""Texts as documents, and what `nlptool index` makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.io.reading import STDIN
from cli.io.storage import storage_directory
from cli.io.streams import TEXT_OF
from cli.io.units import texts
from cli.io.writing import check_output, open_binary_output
from cli.jobs.questions import listed_words
from cli.jobs.search_terms import splitter
from cli.training.written import tell_written
from nlp.search.analysis import Analyzer
from nlp.search.changes import Changes, compacted
from nlp.search.config import LINE, PARAGRAPH, IndexConfig
from nlp.search.documents import Document
from nlp.search.files import Building, index_of, save_index
from nlp.storage.kinds import SEARCH_INDEX, load, open_kind
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Line, Streams
    from nlp.search.index import Index


def build(
    streams: Streams, console: Console, config: IndexConfig, stopwords: str | None, output: str
) -> None:
    """Write an index of the documents of the input; `stopwords` is a file of words."""
    check_output(output)
    left_out = listed_words(streams, stopwords) if stopwords else []
    analyzer = Analyzer(config, splitter(config), left_out)
    building = Building(analyzer, storage_directory(output))
    for documents in Documents(streams, config.unit):
        building.add(documents)
    _save(building, analyzer, config, output, console)


def change(
    streams: Streams, console: Console, index: str, gone: Sequence[str], output: str, *, reads: bool
) -> None:
    """Write an index without the documents that are `gone`, and with those of the input, if it is read."""
    check_output(output)
    file = open_kind(index, SEARCH_INDEX)
    found = index_of(file)
    analyzer = found.analyzer(splitter(found.config))
    changes = Changes(file, found, analyzer, storage_directory(output))
    changes.remove(dict.fromkeys(gone))
    if reads:
        for documents in Documents(streams, found.config.unit, changes.last):
            changes.add(documents)
    with open_binary_output(output) as writer:
        changes.save(writer)
    tell_written(console, output, number_of(len(changes), "document"))


def compact(console: Console, index: str, output: str) -> None:
    """Write an index anew, as if its documents had been indexed at once."""
    check_output(output)
    found: Index = load(index, SEARCH_INDEX)
    analyzer = found.analyzer(splitter(found.config))
    building = compacted(found, analyzer, storage_directory(output))
    _save(building, analyzer, found.config, output, console)


def _save(building: Building, analyzer: Analyzer, config: IndexConfig, output: str, console: Console) -> None:
    arrays = building.arrays()
    with open_binary_output(output) as writer:
        save_index(writer, config, analyzer.stopwords, arrays)
    tell_written(console, output, number_of(len(building), "document"))


class Documents:
    """The documents of the input: its records and, by `unit`, its lines, paragraphs or files, as they come.

    Those of stdin are numbered on from `last`. Raises: InputError for an id that comes a second time
    """

    def __init__(self, streams: Streams, unit: str, last: int = 0) -> None:
        self._streams, self._unit, self._last = streams, unit, last
        self._ids: set[str] = set()

    def __iter__(self) -> Iterator[list[Document]]:
        for batch in texts(self._streams, self._unit, TEXT_OF):
            yield [
                Document(self._named(line), line.text) if line.is_of_text else self._of_record(line)
                for line in batch
            ]

    def _named(self, line: Line) -> str:
        """What a document is called that begins with this line."""
        if line.path == STDIN:
            self._last += 1
            return str(self._last)
        found = f"{line.path}:{line.number}" if self._unit in {LINE, PARAGRAPH} else line.path
        if line.number == 1:
            self._see(found, line)
        return found

    def _of_record(self, line: Line) -> Document:
        found = line.record.get("id", line.record.get("_id"))
        if isinstance(found, bool) or not isinstance(found, str | int | None):
            raise line.refuse("`id` is neither a string nor a whole number; name the document so")
        name = self._named(line) if found is None else str(found)
        if found is not None:
            self._see(name, line)
        left_out = {"id" if "id" in line.record else "_id", "text", line.field}
        fields = {key: value for key, value in line.record.items() if key not in left_out}
        return Document(name, line.text, fields)

    def _see(self, name: str, line: Line) -> None:
        if name in self._ids:
            raise line.refuse(f"the id {name!r} comes a second time; give each document its own")
        self._ids.add(name)
