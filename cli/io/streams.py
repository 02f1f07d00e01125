"""Records in and out: what a line means, as plain text or as JSONL, on every command alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cli.console import Console
from cli.io.printers import JSONL, TEXT, Form
from nlp.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from cli.io.printers import Print
    from cli.io.reading import Block, Input
    from cli.io.writing import Output
    from nlp.text.records import Record

_OTHER_SPACE = re.compile(r"[^\S \n]")
_OTHER_ASCII_SPACE = "\t\r\v\f\x1c\x1d\x1e\x1f"

COMPRESSIONS = (".gz", ".bz2", ".xz")
"""Endings of compressed files."""


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

    def format_of(self, path: str) -> str:
        """The format of one input file."""
        if self.input_format:
            return self.input_format
        for ending in COMPRESSIONS:
            path = path.removesuffix(ending)
        return JSONL if path.endswith(".jsonl") or self.format == JSONL else TEXT

    @property
    def reads_text(self) -> bool:
        """Whether no input is JSONL, so that lines can be handled by the block."""
        return all(self.format_of(path) == TEXT for path in self.input.paths or ("-",))

    def batches(self) -> Iterator[list[Line]]:
        """The lines, grouped as they arrived: a caller that flushes after each group keeps no record waiting.

        A malformed JSONL record ends the run; with --errors replace it is skipped, with a warning. What
        came before it in its group is handed on first.
        """
        for block in self.input.blocks():
            batch, error = self._batch(block)
            if batch:
                yield batch
            if error:
                raise error

    def token_lists(self) -> Iterator[list[str]]:
        """The tokens of the input, a block or record at a time, for commands that ignore line ends."""
        if self.reads_text:
            for block in self.input.blocks(cut_long_lines=True):
                yield block.text.split()
        else:
            for batch in self.batches():
                for line in batch:
                    yield line.tokens

    def token_text(self) -> Iterator[str]:
        r"""The input as text in which a space separates tokens, a "\n" ends sentences: no other white space.

        A token of JSONL that holds white space becomes several.
        """
        if self.reads_text:
            for block in self.input.blocks(cut_long_lines=True):
                yield _plain_spaces(block.text)
        else:
            for batch in self.batches():
                yield "".join(" ".join(" ".join(line.tokens).split()) + "\n" for line in batch)

    def _batch(self, block: Block) -> tuple[list[Line], InputError | None]:
        from nlp.text.records import parse_record

        is_text = self.format_of(block.path) == TEXT
        batch: list[Line] = []
        for number, text in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            if is_text:
                batch.append(Line({"text": text}, block.path, number, plain=True))
            elif text.strip():
                try:
                    batch.append(Line(parse_record(text, block.path, number), block.path, number))
                except InputError as error:
                    if not self.input.replace:
                        return batch, error
                    self.console.warn(f"record skipped: {error}")
        return batch, None


def _plain_spaces(text: str) -> str:
    """`text` with every white space but the line end as a space; ASCII without any is returned as it is."""
    if text.isascii() and not any(space in text for space in _OTHER_ASCII_SPACE):
        return text
    return _OTHER_SPACE.sub(" ", text)
