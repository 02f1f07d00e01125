"""A file of another tool: its plain bytes, decompressed where it is compressed, from a file or a pipe.

The first bytes are looked at before anything is read, since they tell the format.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nlp.errors import blaming
from nlp.text import decompress

_CHUNK_BYTES = 1 << 20


@dataclass
class ForeignFile:
    """The plain bytes of a file, of which the `first` have been looked at already.

    Attributes: `path` as the user named it; `regular`, whether it is a file and no pipe; `compression`,
    "gzip", "bzip2" or "xz", or None.
    """

    path: str
    regular: bool
    compression: str | None
    first: bytes
    rest: Callable[[int], bytes]
    started: bool = False

    def read(self, size: int) -> bytes:
        """Some more bytes, first those that were looked at; none at the end."""
        if self.started:
            return self.rest(size)
        self.started = True
        return self.first or self.rest(size)


@contextmanager
def open_foreign(path: str, needs_more: Callable[[bytes], bool]) -> Iterator[ForeignFile]:
    """Open a file and look at its first bytes, at more of them as long as it `needs_more` than it has.

    Raises: InputError for damaged compressed data; OSError, with `path` as its file name
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with blaming(path):
            os.set_blocking(descriptor, True)  # only opening a pipe that nobody writes to must not wait
            regular = stat.S_ISREG(os.fstat(descriptor).st_mode)

        def read(size: int) -> bytes:
            with blaming(path):
                return os.read(descriptor, size)

        first = _first(read, b"", decompress.undecided)
        compression = decompress.detect(first)
        rest: Callable[[int], bytes] = read
        if compression:
            pending = [first]
            rest = decompress.Decompressed(
                compression, lambda size: pending.pop() if pending else read(size), path
            ).read
            first = b""
        first = _first(rest, first, needs_more)
        yield ForeignFile(path, regular, compression, first, rest)
    finally:
        os.close(descriptor)


def _first(read: Callable[[int], bytes], found: bytes, needs_more: Callable[[bytes], bool]) -> bytes:
    while needs_more(found) or not found:
        more = read(_CHUNK_BYTES)
        if not more:
            break
        found += more
    return found
