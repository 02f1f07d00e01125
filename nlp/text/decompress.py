"""Compressed input, recognised by its first bytes and never by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nlp.errors import InputError

GZIP, BZIP2, XZ = "gzip", "bzip2", "xz"
_MAGIC = {
    b"\x1f\x8b\x08": GZIP,
    **{b"BZh%d1AY&SY" % level: BZIP2 for level in range(1, 10)},
    **{b"BZh%d\x17rE8P\x90" % level: BZIP2 for level in range(1, 10)},  # an empty file
    b"\xfd7zXZ\x00": XZ,
}


class _Decompressor(Protocol):
    """What zlib, bz2 and lzma have in common, once zlib is wrapped."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the interface of bz2's and lzma's."""

    def __init__(self) -> None:
        import zlib

        self._inner = zlib.decompressobj(31)  # a window of 15 bits, and 16 for gzip's framing

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))


def detect(first_bytes: bytes) -> str | None:
    """The compression whose magic number `first_bytes` start with, or None."""
    return next((kind for magic, kind in _MAGIC.items() if first_bytes.startswith(magic)), None)


def undecided(first_bytes: bytes) -> bool:
    """Whether more bytes are needed to tell: so far they are only the beginning of a magic number."""
    return any(len(first_bytes) < len(magic) and magic.startswith(first_bytes) for magic in _MAGIC)


def _decompressor(kind: str) -> _Decompressor:
    if kind == GZIP:
        return _Gzip()
    if kind == BZIP2:
        import bz2

        return bz2.BZ2Decompressor()
    import lzma

    return lzma.LZMADecompressor()


class Decompressed:
    """The plain bytes of a compressed stream of one or more members, a bounded piece at a time."""

    def __init__(self, kind: str, read: Callable[[int], bytes], path: str) -> None:
        self._kind, self._read, self._path = kind, read, path
        self._current = _decompressor(kind)
        self._lines = 0
        self._rest = b""  # what has been read of the next member

    def read(self, size: int) -> bytes:
        """Up to `size` plain bytes; empty only at the end.

        Raises: InputError for damaged or truncated data, with the line that it breaks off in.
        """
        import zlib
        from lzma import LZMAError

        while True:
            if self._current.eof and not self._next_member(size):
                return b""
            data = self._more(size) if self._current.needs_input else b""
            try:
                plain = self._current.decompress(data, size)
            except (zlib.error, OSError, EOFError, LZMAError) as error:
                message = f"damaged {self._kind} data ({error}); fetch or compress the file again"
                raise InputError(message, path=self._path, line=self._lines + 1) from error
            if plain:
                self._lines += plain.count(b"\n")
                return plain
            if not data and self._current.needs_input and not self._current.eof:
                message = f"truncated {self._kind} data; fetch or compress the file again"
                raise InputError(message, path=self._path, line=self._lines + 1)

    def _more(self, size: int) -> bytes:
        data, self._rest = self._rest or self._read(size), b""
        return data

    def _next_member(self, size: int) -> bool:
        """Go on to the next member, past the zero padding that tape blocks leave; False at the end."""
        rest = self._current.unused_data.lstrip(b"\0")
        while not rest:
            data = self._read(size)
            if not data:
                return False
            rest = data.lstrip(b"\0")
        self._rest = rest
        self._current = _decompressor(self._kind)
        return True
