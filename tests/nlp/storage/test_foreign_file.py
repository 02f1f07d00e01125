"""Files of other tools come as plain bytes, whatever they are packed in."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import threading
from typing import TYPE_CHECKING

import pytest

from nlp.storage.foreign_file import open_foreign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"".join(b"line %d\n" % number for number in range(500_000))


def write_whole(descriptor: int) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(TEXT)


def whole(path: str) -> tuple[bytes, bytes, str | None, bool]:
    """The first bytes, at least 10 of them, all bytes, the compression, and whether it is a file."""
    with open_foreign(path, lambda first: len(first) < 10) as file:
        parts = iter(lambda: file.read(1 << 16), b"")
        return file.first, b"".join(parts), file.compression, file.regular


@pytest.mark.parametrize(
    ("pack", "kind"),
    [(bytes, None), (gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz")],
)
def test_the_bytes_are_plain(pack: Callable[[bytes], bytes], kind: str | None, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(pack(TEXT))
    first, found, compression, is_file = whole(str(tmp_path / "f"))
    assert first == TEXT[: len(first)]
    assert len(first) >= 10
    assert (found == TEXT, compression, is_file) == (True, kind, True)


def test_a_pipe_is_read_once() -> None:
    reading, writing = os.pipe()
    writer = threading.Thread(target=write_whole, args=(writing,), daemon=True)
    writer.start()
    _, found, compression, is_file = whole(f"/dev/fd/{reading}")
    os.close(reading)
    writer.join(10)
    assert (found == TEXT, compression, is_file) == (True, None, False)


def test_what_is_empty_has_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert whole(str(tmp_path / "f")) == (b"", b"", None, True)


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        whole(str(tmp_path / "none"))
    assert caught.value.filename == str(tmp_path / "none")
