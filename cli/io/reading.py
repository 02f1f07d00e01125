"""Bytes in, text out: files or stdin as one stream of whole lines, in blocks that arrive as the bytes do."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from cli.io.printers import JSONL, TEXT
from cli.readiness import READABLE, when_ready
from nlp.errors import InputError, blaming
from nlp.text import decompress, not_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from cli.console import Console
    from cli.io.meter import Meter
    from cli.io.parts import Part

CHUNK_BYTES = 1 << 18
LONG_LINE_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 26
STDIN = "<stdin>"
UTF_8 = "utf-8"

_BLANK_CHUNKS = 256  # that a file may begin with and still be found to be JSONL

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = {  # in this order: a mark of UTF-32 begins with one of UTF-16
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_EVERY_SECOND_IS_ZERO = re.compile(rb"(?:[^\0]\0){4}|(?:\0[^\0]){4}")  # UTF-16 without a mark

# Where a long line may be cut: after a space that a visible ASCII character or a Han character follows. Those
# do not combine with the space, so the cut changes no token and no normal form. For a tokenizer it may
# also be between two Han characters (three bytes each); where spaces separate tokens, that would split one.
_AFTER_SPACE = re.compile(rb" (?=[!-~\xe4-\xe9])")
_ALSO_BETWEEN_HAN = re.compile(_AFTER_SPACE.pattern + rb"|(?<=[\xe4-\xe9][\x80-\xbf]{2})(?=[\xe4-\xe9])")


@dataclass(frozen=True)
class Block:
    """Consecutive text of one file: whole lines, each ended by a newline, unless a long line was cut."""

    text: str
    path: str
    line: int
    """The 1-based number of the first line."""

    @property
    def is_cut(self) -> bool:
        """Whether the line continues in the next block; no token is split between the two."""
        return not self.text.endswith("\n")


@dataclass(frozen=True)
class Input:
    """The files of a command line, or stdin, read as one stream of UTF-8 text."""

    paths: Sequence[str]
    replace: bool = False
    """Bad UTF-8 becomes U+FFFD instead of an error."""
    encoding: str = UTF_8
    """A name that Python knows; what is read is turned into UTF-8 as it comes."""
    console: Console | None = None
    """Given by a command that has `--errors`; tells a user who types the input how to end it."""
    meter: Meter | None = None
    """Told of what is read."""
    part: Part | None = None
    """What is read in place of the whole of a file."""

    def blocks(self, *, cut_long_lines: bool = False, also_between_han: bool = False) -> Iterator[Block]:
        """The text, in blocks of at most some hundred kilobytes wherever lines allow; see `files`."""
        for _, blocks in self.files(cut_long_lines=cut_long_lines, also_between_han=also_between_han):
            yield from blocks

    def files(
        self,
        form_of: Callable[[str], str | None] = lambda _: TEXT,
        *,
        cut_long_lines: bool = False,
        also_between_han: bool = False,
    ) -> Iterator[tuple[str, Iterator[Block]]]:
        """The form of each file, and its text in blocks; to be read to the end before the next one.

        `form_of` tells a path's form; where it answers None, the first character that is no white space
        does: a brace begins JSONL, any other character text. With `cut_long_lines`, a line of text over a
        megabyte comes in pieces, cut after a space or, with `also_between_han`, between two Han characters;
        the rest of the line follows in the next block. A line that reaches 64 MiB without a place to cut it
        is refused, so memory is bounded.

        Raises: InputError naming file, line and byte column for bytes that are not UTF-8; OSError with
        the file's name for what the system refuses.
        """
        if self.console and not self.paths and os.isatty(0):
            message = "reading from the terminal; ^D ends it"
            self.console.tell(message, {"note": message})
        paths = self.paths or ("-",)
        if self.meter:
            self.meter.begin(paths)
        for path in paths:
            with self._opened(path) as (name, descriptor_read):
                metered = self.meter.metered(descriptor_read) if self.meter else descriptor_read
                form, chunks = form_of(path), self._chunks(name, metered)
                if form is None:
                    if self.later_part:
                        first, _ = _begun(iter([self.later_part.head]))
                    else:
                        first, chunks = _begun(chunks)
                    form = JSONL if first.startswith(b"{") else TEXT
                places = _ALSO_BETWEEN_HAN if also_between_han else _AFTER_SPACE
                cut = places if cut_long_lines and form == TEXT else None
                yield form, self._lines(name, chunks, cut)
        if self.meter:
            self.meter.end()

    @property
    def later_part(self) -> Part | None:
        """The part, if it is not the beginning of its file, which alone tells what a file is."""
        return self.part if self.part and self.part.start else None

    def beginning(self, first: Block) -> str:
        """The first lines of the file of which `first` is the first block that is read."""
        return self.later_part.first_lines if self.later_part else first.text

    def _opened(self, path: str) -> AbstractContextManager[tuple[str, Callable[[int], bytes]]]:
        """The name to show for `path`, and a function that reads what is there, or the part of it."""
        return self.part.opened() if self.part else _opened(path)

    def _chunks(self, name: str, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """What is read, in UTF-8; the beginning of a file tells how it is written."""
        if self.later_part:
            return iter(partial(read, CHUNK_BYTES), b"")
        read = _bytes_of(name, read)
        if self.encoding != UTF_8:
            read = _Transcoded(read, name, self.encoding, replace=self.replace).read
        return _chunks(name, read)

    def _lines(self, name: str, chunks: Iterable[bytes], cut: re.Pattern[bytes] | None) -> Iterator[Block]:
        line, column, waiting, searched = 1, 0, bytearray(), 0
        for data in chunks:
            waiting += data
            is_first = (line, column) == (1, 0) and not self.later_part
            if is_first and waiting.startswith(_BYTE_ORDER_MARK):
                column = len(_BYTE_ORDER_MARK)
                del waiting[:column]
            end = 0
            if b"\n" in data:
                end = waiting.rfind(b"\n") + 1
            elif cut and len(waiting) > LONG_LINE_BYTES:
                end = _last_cut(cut, waiting, searched)
                searched = len(waiting) - 1  # a cut after the last byte depends on the next one
            if end:
                yield from self._decoded(waiting[:end], name, line, column)
                newlines = waiting.count(b"\n", 0, end)
                line += newlines
                column = 0 if newlines else column + end
                del waiting[:end]
                searched = 0
            elif len(waiting) > MAX_LINE_BYTES:
                message = f"a line of over {MAX_LINE_BYTES >> 20} MiB; split it, e.g. with fold -s"
                raise InputError(message, path=name, line=line)
        if waiting:
            yield from self._decoded(waiting + b"\n", name, line, column)

    def _decoded(self, data: bytearray, name: str, line: int, column: int) -> Iterator[Block]:
        """`data` as text; the whole lines before bad bytes are handed on before the error is raised."""
        if self.replace:
            yield Block(data.decode("utf-8", "replace"), name, line)
            return
        try:
            yield Block(data.decode("utf-8"), name, line)
        except UnicodeDecodeError as error:
            start = data.rfind(b"\n", 0, error.start) + 1
            if start:
                yield Block(data[:start].decode("utf-8"), name, line)
            remedy = "convert it, as with iconv -f gb18030 -t utf-8"
            if self.console:
                remedy = "name what it is, such as --encoding gb18030 or latin-1, or use --errors replace"
            raise InputError(
                f"byte 0x{data[error.start]:02x} is not UTF-8; {remedy}",
                path=name,
                line=line + data.count(b"\n", 0, error.start),
                column=error.start - start + 1 + (0 if start else column),
            ) from error


def _last_cut(cut: re.Pattern[bytes], data: bytearray, searched: int) -> int:
    """The last place where `data` may be cut, or 0; there is none before `searched`, as found earlier."""
    window = max(searched, len(data) - CHUNK_BYTES)
    for start in (window, searched):
        cuts = [found.end() for found in cut.finditer(data, start)]
        if cuts:
            return cuts[-1]
    return 0


@contextmanager
def _opened(path: str) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """The name to show for `path`, and a function that reads what is there without waiting for more."""
    if path == "-":
        yield STDIN, lambda size: _read(0, size, STDIN)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield path, lambda size: _read(descriptor, size, path)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int, name: str) -> bytes:
    with blaming(name):
        return when_ready(descriptor, READABLE, partial(os.read, descriptor, size))


class _Transcoded:
    """Bytes in another encoding, read as UTF-8."""

    def __init__(self, read: Callable[[int], bytes], name: str, encoding: str, *, replace: bool) -> None:
        import codecs

        self._read, self._name, self._encoding = read, name, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace" if replace else "strict")
        self._lines = 1
        self._failure: InputError | None = None

    def read(self, size: int) -> bytes:
        """As much as there is, at most about `size` bytes before they are turned into UTF-8; b"" at the end.

        Raises: InputError with the line of bytes that are not in the encoding, after all before them was read
        """
        if self._failure:
            raise self._failure
        text = ""
        while not text:
            data = self._read(size)
            text = self._decoded(data)
            if not data:
                break
        self._lines += text.count("\n")
        return text.encode("utf-8", "surrogatepass")

    def _decoded(self, data: bytes) -> str:
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            self._decoder.setstate(before)
            good = data[: max(error.start - len(before[0]), 0)]
            text = self._decoder.decode(good)
            self._failure = InputError(
                f"byte 0x{error.object[error.start]:02x} is not {self._encoding}; name another --encoding,"
                f" or use --errors replace",
                path=self._name,
                line=self._lines + text.count("\n"),
                column=len(text) - text.rfind("\n"),
            )
            if not text:
                raise self._failure from error
            return text
        except UnicodeError as error:  # what else a codec raises
            name = self._encoding
            message = f"no byte order mark tells which {name} this is; give --encoding {name}-le or {name}-be"
            raise InputError(message, path=self._name, line=1, column=1) from error


def _bytes_of(name: str, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """The bytes, decompressed where the first ones say so. Raises: InputError for what is no text."""
    first, read = _peeked(read, decompress.undecided)
    kind = decompress.detect(first)
    plain = decompress.Decompressed(kind, read, name).read if kind else read
    first, plain = _peeked(plain, not_text.undecided)
    if found := not_text.what_else(first):
        what, remedy = found
        raise InputError(f"this is {what}, not text; {remedy}", path=name, line=1, column=1)
    return plain


def _chunks(name: str, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The bytes as they come; a byte order mark is never split."""
    first, read = _peeked(read, _maybe_mark)
    if other := _other_encoding(first):
        message = (
            f"this is {other}, not UTF-8; give --encoding {other.lower()}, or convert it: iconv -f {other}"
        )
        raise InputError(message, path=name, line=1, column=1)
    while data := read(CHUNK_BYTES):
        yield data


def _begun(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """What comes after white space at the beginning, read as far as it takes, and all of the chunks again."""
    read: list[bytes] = []
    for data in chunks:
        read.append(data)
        first = data.removeprefix(_BYTE_ORDER_MARK).lstrip()
        if first or len(read) == _BLANK_CHUNKS:
            return first, chain(read, chunks)
    return b"", iter(read)


def _other_encoding(first: bytes) -> str | None:
    """The encoding that the `first` bytes give away, if it is another one than UTF-8."""
    if _EVERY_SECOND_IS_ZERO.match(first):
        return "UTF-16BE" if first[0] == 0 else "UTF-16LE"
    return next((encoding for mark, encoding in _OTHER_MARKS.items() if first.startswith(mark)), None)


def _maybe_mark(first: bytes) -> bool:
    return any(
        len(first) < len(mark) and mark.startswith(first) for mark in (_BYTE_ORDER_MARK, *_OTHER_MARKS)
    )


def _peeked(
    read: Callable[[int], bytes], undecided: Callable[[bytes], bool]
) -> tuple[bytes, Callable[[int], bytes]]:
    """The first bytes, as many as it takes to decide, and a reader that starts with them again."""
    first = read(CHUNK_BYTES)
    while first and undecided(first):
        more = read(CHUNK_BYTES)
        if not more:
            break
        first += more
    pending = [first]
    return first, lambda size: pending.pop() if pending else read(size)
