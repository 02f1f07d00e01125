"""What is taken for text and is none, told by its first bytes."""

from __future__ import annotations

import re

ARCHIVES = {
    b"PK\x03\x04": ("a zip archive", "unpack it first: unzip"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "decompress it first: unzstd"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it first: 7z x"),
    b"Rar!\x1a\x07": ("a RAR archive", "unpack it first: unrar x"),
}
"""The first bytes of archives, what each is, and what to do."""
_DOCUMENTS = {
    b"%PDF-": ("a PDF", "take its text out first: pdftotext"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old document of Word or Excel", "save it as plain text"),
    b"{\\rtf": ("an RTF document", "save it as plain text"),
    b"SQLite format 3\0": ("a database of SQLite", "select its text first: sqlite3"),
    b"\x93NUMPY": ("an array of NumPy", "name a text"),
    b"\x7fELF": ("a program", "name a text"),
    b"\x89PNG": ("a picture", "name a text"),
    b"\xff\xd8\xff": ("a picture", "name a text"),
}
_MAGIC = ARCHIVES | _DOCUMENTS
_TAR_PLACE, _TAR = 257, b"ustar"
_LENGTH_AND_BRACE = re.compile(rb".{4}\0{4}\{", re.DOTALL)
_MOST = _TAR_PLACE + len(_TAR)


def what_else(first: bytes) -> tuple[str, str] | None:
    """What a file is that begins with `first` and is no text, and what to do; None where it may be text."""
    if is_tar(first):
        return "a tar archive", "unpack it first: tar xf"
    if is_safetensors(first):
        return "a model", "nlptool info tells of what kind; name a text"
    return next((told for magic, told in _MAGIC.items() if first.startswith(magic)), None)


def is_tar(first: bytes) -> bool:
    """Whether `first` is the beginning of a tar archive."""
    return first.startswith(_TAR, _TAR_PLACE)


def is_safetensors(first: bytes) -> bool:
    """Whether `first` is the beginning of a file in that layout, as all models of nlptool are."""
    return _LENGTH_AND_BRACE.match(first) is not None


def undecided(first: bytes) -> bool:
    """Whether more bytes are needed to tell; text that has no NUL is seldom waited for."""
    if b"\0" in first:
        return len(first) < _MOST
    return any(len(first) < len(magic) and magic.startswith(first) for magic in _MAGIC)
