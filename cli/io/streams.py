"""Records in and out: what a line means, as plain text or as JSONL, on every command alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from cli.console import Console
from cli.io.printers import JSONL, TEXT, Form
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from cli.io.printers import Print
    from cli.io.reading import Block, Input
    from cli.io.writing import Output
    from nlp.text.records import Record

T = TypeVar("T")
_OF_LINES = frozenset({"text", "tokens", "spans"})
_OTHER_SPACE = re.compile(r"[^\S \n]")
_OTHER_ASCII_SPACE = "\t\r\v\f\x1c\x1d\x1e\x1f"

COMPRESSIONS = (".gz", ".bz2", ".xz")
"""Endings of compressed files."""


def ending_of(path: str | None) -> str:
    """The ending of a file name in lower case, without that of a compression; "" where there is none."""
    name = PurePath((path or "").lower())
    return (name.with_suffix("") if name.suffix in COMPRESSIONS else name).suffix


@dataclass(frozen=True)
class Line:
    """One line of input: its record, and where it stood."""

    record: Record
    path: str
    number: int
    plain: bool = False
    """Whether it came as plain text, whose spaces separate its tokens."""

    def refuse(self, message: str) -> InputError:
        """The error that this line does not fit the command."""
        return InputError(message, path=self.path, line=self.number, column=1)

    @property
    def others(self) -> Record:
        """The fields that pass on to each token of the line: all but those that hold the whole of it."""
        return {key: value for key, value in self.record.items() if key not in _OF_LINES}

    @property
    def text(self) -> str:
        """The `text` field. Raises: InputError where it is absent or no string."""
        text = self.record.get("text")
        if not isinstance(text, str):
            raise self.refuse(
                "the record has no string in `text`; rename the field that holds the text to `text`"
            )
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
    console: Console = field(default_factory=Console)
    """Told of records that are skipped."""

    def like(self, path: str) -> Streams:
        """The streams to read another file in the same way as the input."""
        return replace(self, input=replace(self.input, paths=(path,)), output=None)

    def open_output(self) -> AbstractContextManager[Output]:
        """Text to where the user asked for it; see `cli.io.writing`."""
        from cli.io.writing import open_output

        return open_output(self.output)

    def printer(self, form: Form) -> Print:
        """What makes the lines of a record of this form, in the format that the user asked for."""
        return form.printer(self.format)

    def holds_records(self, path: str) -> bool | None:
        """Whether an input file is JSONL, as far as its name tells; None if its first byte has to."""
        if self.input_format:
            return self.input_format == JSONL
        for ending in COMPRESSIONS:
            path = path.removesuffix(ending)
        return True if path.endswith(".jsonl") else None if self.format == JSONL else False

    @property
    def is_plain(self) -> bool:
        """Whether text goes in and out, so that lines can be handled by the block."""
        paths = self.input.paths or ("-",)
        return self.format == TEXT and all(self.holds_records(path) is False for path in paths)

    def batches(self, needs: Callable[[Line], object] = attrgetter("record")) -> Iterator[list[Line]]:
        """The lines, grouped as they arrived: a caller that flushes after each group keeps no record waiting.

        `needs` takes from a line what the command reads of it, and raises InputError where that is not there.
        A JSONL record without it is as bad as a malformed one: it ends the run, after what came before it in
        its group was handed on. With --errors replace it is skipped, and one warning counts all of them.
        """
        skipped = _Skipped()
        for block in self.input.blocks(self.holds_records):
            yield from self._batch(block, needs, skipped)
        skipped.tell(self.console)

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
            _plain_spaces,
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
        skipped = _Skipped()
        for block in self.input.blocks(self.holds_records, cut_long_lines=True):
            if block.holds_records:
                yield from map(of_records, self._batch(block, needs, skipped))
            else:
                yield of_text(block.text)
        skipped.tell(self.console)

    def _batch(
        self, block: Block, needs: Callable[[Line], object], skipped: _Skipped
    ) -> Iterator[list[Line]]:
        """Yield the lines of a block. Raises: InputError for a malformed one, after those before it."""
        from nlp.text.records import parse_record

        batch: list[Line] = []
        for number, text in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            if not block.holds_records:
                batch.append(Line({"text": text}, block.path, number, plain=True))
            elif text.strip():
                try:
                    line = Line(parse_record(text, block.path, number), block.path, number)
                    needs(line)
                    batch.append(line)
                except InputError as error:
                    if not self.input.replace:
                        yield from [batch] if batch else []
                        raise
                    skipped.add(error)
        yield from [batch] if batch else []


@dataclass
class _Skipped:
    """The records that --errors replace leaves out: how many, and what is wrong with the first of them."""

    count: int = 0
    first: str = ""

    def add(self, error: InputError) -> None:
        self.count += 1
        self.first = self.first or str(error)

    def tell(self, console: Console) -> None:
        if self.count:
            one = self.count == 1
            records = "1 record is" if one else f"{self.count:,} records are"
            console.warn(f"{records} left out{':' if one else '; the first:'} {self.first}")


def _plain_spaces(text: str) -> str:
    """`text` with every white space but the line end as a space; ASCII without any is returned as it is."""
    if text.isascii() and not any(space in text for space in _OTHER_ASCII_SPACE):
        return text
    return _OTHER_SPACE.sub(" ", text)
