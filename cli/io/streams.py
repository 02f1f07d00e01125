"""Records in and out: what a line means, as plain text or as JSONL, on every command alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cli.console import Console, with_flags
from cli.io.printers import CSV, JSONL, TEXT, TSV, Form
from nlp.errors import InputError
from nlp.text.token_lists import plain_spaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from io import BytesIO

    from cli.io.printers import Print
    from cli.io.reading import Block, Input
    from cli.io.tables import Table
    from cli.io.writing import Output
    from nlp.text.records import Record

T = TypeVar("T")
_OF_LINES = frozenset({"text", "tokens", "spans"})
Raw = TypeVar("Raw")

TEXT_FIELD = "text"
_SHOWN_FIELDS = 8
_NO_FIELDS = "--field is of JSONL, CSV and TSV, but this is text; if it is not, tell with --input-format"

COMPRESSIONS = (".gz", ".bz2", ".xz")
"""Endings of compressed files."""


ARPA = ".arpa"
"""The ending of n-gram models as text, which may be compressed; those of nlptool are mapped into memory."""


def ending_of(path: str | None) -> str:
    """The ending of a file name in lower case, without that of a compression; "" where there is none."""
    name = PurePath((path or "").lower())
    return (name.with_suffix("") if name.suffix in COMPRESSIONS else name).suffix


class Line(NamedTuple):
    """One line of input: its record, and where it stood."""

    record: Record
    path: str
    number: int
    plain: bool = False
    """Whether it came as plain text, whose spaces separate its tokens."""
    field: str | None = None
    """The field that --field named; its text is in `text` too."""

    def refuse(self, message: str) -> InputError:
        """The error that this line does not fit the command."""
        return InputError(message, path=self.path, line=self.number, column=1)

    @property
    def others(self) -> Record:
        """The fields that pass on to each token of the line: all but those that hold the whole of it."""
        return {key: value for key, value in self.record.items() if key not in {*_OF_LINES, self.field}}

    def refuse_field(self, name: str, needed: str = "string") -> InputError:
        """The error that the text is not in the field of that `name`, or is not what is `needed` there."""
        if name in self.record:
            from nlp.text.records import json_type

            found = f"`{name}` is {json_type(self.record[name])}, where a string belongs"
            return self.refuse(f"{found}; --errors replace leaves such records out")
        known = ", ".join(f"`{one}`" for one in list(self.record)[:_SHOWN_FIELDS])
        remedy = f"name the field that holds it with --field{f'; there is {known}' if known else ''}"
        return self.refuse(f"the record has no {needed} in `{name}`; {remedy}")

    @property
    def is_of_text(self) -> bool:
        """Whether it is a line of plain text: no record, and no row of a table, which has other fields."""
        return self.plain and self.record.keys() == {TEXT_FIELD}

    @property
    def text(self) -> str:
        """The `text` field. Raises: InputError where it is absent or no string."""
        text = self.record.get("text")
        if not isinstance(text, str):
            raise self.refuse_field(TEXT_FIELD)
        return text

    @property
    def tokens(self) -> list[str]:
        """The `tokens` field; of a plain line, what its spaces separate.

        Raises: InputError for a JSONL record without tokens: the choice of a tokenizer is left to the user.
        """
        if self.plain:
            return self.text.split()
        tokens = self.record.get("tokens")
        if tokens is None:
            raise self.refuse("the record has no `tokens`; run it through nlptool tokenize --format jsonl")
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise self.refuse("`tokens` is not a list of strings")
        return tokens


TEXT_OF: Callable[[Line], str] = attrgetter("text")
"""Takes its text from a line, for `Streams.batches`."""
TOKENS_OF: Callable[[Line], list[str]] = attrgetter("tokens")
"""Takes its tokens from a line, for `Streams.batches`."""


@dataclass(frozen=True)
class Streams:
    """Where a command reads and writes, and in which formats."""

    input: Input
    output: str | None = None
    input_format: str | None = None
    """What --input-format said; it wins over a file's name."""
    format: str = TEXT
    console: Console = dataclass_field(default_factory=Console)
    """Told of records that are skipped."""
    field: str | None = None
    """What --field said: the field or column that holds the text, if it is not `text`."""
    reads_columns: bool = False
    """Whether the command reads texts, which may stand in a column of CSV or TSV."""
    of_part: OfPart | None = None
    """Where what is made of a part of a file goes, in place of the output and the console."""

    def like(self, path: str) -> Streams:
        """The streams to read another file in the same way as the input."""
        return replace(self, input=replace(self.input, paths=(path,)), output=None)

    def open_output(self) -> AbstractContextManager[Output]:
        """Text to where the user asked for it; see `cli.io.writing`."""
        from cli.io.writing import Output, open_output

        return Output.to(self.of_part.written) if self.of_part else open_output(self.output)

    def tell(self, skipped: Skipped) -> None:
        """Warn of records that were left out; those of a part are told with those of the others."""
        if self.of_part:
            self.of_part.skipped.add_all(skipped)
        else:
            skipped.tell(self.console)

    def printer(self, form: Form) -> Print:
        """What makes the lines of a record of this form, in the format that the user asked for."""
        return form.printer(self.format)

    def form_of(self, path: str) -> str | None:
        """The form of an input file, as far as its name tells; None if its first character has to."""
        if self.input_format:
            return self.input_format
        ending = ending_of(path)
        if ending in {".jsonl", ".ndjson"}:
            return JSONL
        if ending in {".csv", ".tsv"} and self.reads_columns:
            return ending[1:]
        return None if self.format == JSONL or self.field else TEXT

    @property
    def is_plain(self) -> bool:
        """Whether text goes in and out, so that lines can be handled by the block."""
        paths = self.input.paths or ("-",)
        return self.format == TEXT and all(self.form_of(path) == TEXT for path in paths)

    def batches(self, needs: Callable[[Line], object] = attrgetter("record")) -> Iterator[list[Line]]:
        """The lines, grouped as they arrived: a caller that flushes after each group keeps no record waiting.

        `needs` takes from a line what the command reads of it, and raises InputError where that is not there.
        A JSONL record without it is as bad as a malformed one: it ends the run, after what came before it in
        its group was handed on. With --errors replace it is skipped, and one warning counts all of them.
        """
        skipped = Skipped()
        for form, blocks in self.input.files(self.form_of):
            yield from self._batches_of(form, blocks, needs, skipped)
        self.tell(skipped)

    def token_lists(self) -> Iterator[list[str]]:
        """The tokens of the input, a block at a time, for commands that ignore line ends."""
        yield from self._each(
            str.split, TOKENS_OF, lambda batch: [token for line in batch for token in line.tokens]
        )

    def token_text(self) -> Iterator[str]:
        r"""The input as text in which a space separates tokens, a "\n" ends sentences: no other white space.

        A token of JSONL that holds white space becomes several.
        """
        yield from self._each(
            plain_spaces,
            TOKENS_OF,
            lambda batch: "".join(" ".join(" ".join(line.tokens).split()) + "\n" for line in batch),
        )

    def text(self) -> Iterator[str]:
        r"""The input as text, in which a "\n" ends each line or record."""
        yield from self._each(str, TEXT_OF, lambda batch: "".join(f"{line.text}\n" for line in batch))

    def _each(
        self,
        of_text: Callable[[str], T],
        needs: Callable[[Line], object],
        of_records: Callable[[list[Line]], T],
    ) -> Iterator[T]:
        """What is made of each block of text, whose long lines are cut, or of a batch of JSONL."""
        skipped = Skipped()
        for form, blocks in self.input.files(self.form_of, cut_long_lines=True):
            if form == TEXT and not self.field:
                yield from (of_text(block.text) for block in blocks)
            else:
                yield from map(of_records, self._batches_of(form, blocks, needs, skipped))
        self.tell(skipped)

    def _batches_of(
        self, form: str, blocks: Iterator[Block], needs: Callable[[Line], object], skipped: Skipped
    ) -> Iterator[list[Line]]:
        """The lines of one file, grouped as they arrived. Raises: InputError for a malformed one."""
        if form in {CSV, TSV}:
            yield from self._rows(form, blocks, needs, skipped)
            return
        for block in blocks:
            numbered = enumerate(block.text.removesuffix("\n").split("\n"), block.line)
            if form == JSONL:
                filled = ((number, text) for number, text in numbered if text.strip())
                yield from self._batch(filled, partial(self._of_json, block.path), needs, skipped)
            elif self.field:
                raise InputError(_NO_FIELDS, path=block.path, line=block.line, column=1)
            else:
                yield [Line({"text": text}, block.path, number, plain=True) for number, text in numbered]

    def _rows(
        self, form: str, blocks: Iterator[Block], needs: Callable[[Line], object], skipped: Skipped
    ) -> Iterator[list[Line]]:
        from cli.io.tables import Table

        first = next(blocks, None)
        if first is None:
            return
        table = Table(form, first.path, self.field or TEXT_FIELD)
        for rows in table.rows((block.line, block.text) for block in chain([first], blocks)):
            yield from self._batch(rows, partial(self._of_row, table), needs, skipped)

    def _of_json(self, path: str, text: str, number: int) -> Line:
        from nlp.text.records import parse_record

        record = parse_record(text, path, number)
        line = Line(record, path, number, field=self.field)
        if not self.field:
            return line
        found = record.get(self.field)
        if isinstance(found, str):
            return line._replace(record={**record, TEXT_FIELD: found})
        if isinstance(found, list):
            return line._replace(record={**record, "tokens": found})
        raise line.refuse_field(self.field, "text")

    def _of_row(self, table: Table, row: list[str], number: int) -> Line:
        record = table.record(row, number)
        texts = {**record, TEXT_FIELD: record[table.field]}
        return Line(texts, table.path, number, plain=True, field=self.field)

    def _batch(
        self,
        numbered: Iterable[tuple[int, Raw]],
        parse: Callable[[Raw, int], Line],
        needs: Callable[[Line], object],
        skipped: Skipped,
    ) -> Iterator[list[Line]]:
        """The lines of a block. Raises: InputError for a malformed one, after those before it."""
        batch: list[Line] = []
        for number, raw in numbered:
            try:
                line = parse(raw, number)
                needs(line)
                batch.append(line)
            except InputError as error:
                if not self.input.replace:
                    yield from [batch] if batch else []
                    raise
                skipped.add(error)
        yield from [batch] if batch else []


@dataclass
class OfPart:
    """What a command makes of a part of a file: bytes, and the records that it left out."""

    written: BytesIO
    skipped: Skipped


@dataclass
class Skipped:
    """The records that --errors replace leaves out: how many, and what is wrong with the first of them."""

    count: int = 0
    first: InputError | None = None

    def add(self, error: InputError) -> None:
        """Count a record that is left out."""
        self.count += 1
        self.first = self.first or error

    def add_all(self, others: Skipped) -> None:
        """Count those of a text that comes behind."""
        self.count += others.count
        self.first = self.first or others.first

    def tell(self, console: Console) -> None:
        """Warn of them, if there are any."""
        if self.first:
            one = self.count == 1
            records = "1 record is" if one else f"{self.count:,} records are"
            told = with_flags(self.first.told)
            console.warn(f"{records} left out{':' if one else '; the first:'} {told}")
