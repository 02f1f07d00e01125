"""Temporary storage: what is written is read, and a disk that fails is told by its folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from nlp.storage.temporary import UnnamedFile, let_go


def test_bytes_come_back_from_where_they_were_put(tmp_path: Path) -> None:
    file = UnnamedFile(tmp_path)
    file.append(b"abcdef")
    file.write(2, b"XY")
    assert (file.read(0, 6), file.size, list(tmp_path.iterdir())) == (b"abXYef", 6, [])
    file.truncate(3)
    assert (file.read(1, 2), file.size) == (b"bX", 3)
    with pytest.raises(OSError, match="shorter than what was written"):
        file.read(0, 4)


def test_calls_that_take_only_a_part_are_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pread, pwrite = os.pread, os.pwrite
    monkeypatch.setattr(os, "pread", lambda file, count, at: pread(file, min(count, 2), at))
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: pwrite(file, data[:3], at))
    file = UnnamedFile(tmp_path)
    file.append(b"abcdefgh")
    file.write(1, b"VWXYZ")
    assert (file.read(0, 8), file.size) == (b"aVWXYZgh", 8)


def resident_file_bytes() -> int:
    """What of the memory of this process are pages of files."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("RssFile:")[1].split()[0]) * 1024


def test_memory_that_was_let_go_comes_back_from_the_file(tmp_path: Path) -> None:
    file, size = UnnamedFile(tmp_path), 1 << 24
    file.append(b"\1" * size)
    mapped, own = file.mapped("<i4"), np.ones(3)
    before = resident_file_bytes()
    mapped[5] = 7
    assert mapped.sum() == (mapped.size - 1) * 0x01010101 + 7
    assert resident_file_bytes() - before > size // 2
    let_go(mapped[3:].view(np.uint8))
    let_go(own)
    assert resident_file_bytes() - before < size // 2
    assert (mapped[5], mapped[-1], own.sum()) == (7, 0x01010101, 3)


def test_its_descriptor_is_closed_with_it(tmp_path: Path) -> None:
    file = UnnamedFile(tmp_path)
    descriptor = file._descriptor
    os.fstat(descriptor)
    del file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize("call", ["pwrite", "pread", "ftruncate"])
def test_an_error_names_the_folder(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = UnnamedFile(tmp_path)
    file.append(b"abc")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left") as caught:  # noqa: PT012  one of them fails
        file.append(b"d")
        file.read(0, 1)
        file.truncate(0)
    assert caught.value.filename == str(tmp_path)


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        UnnamedFile(tmp_path / "absent")
    assert caught.value.filename == str(tmp_path / "absent")


def test_it_is_mapped_as_an_array(tmp_path: Path) -> None:
    file = UnnamedFile(tmp_path)
    assert file.mapped("<i4").tolist() == []
    file.append(b"\1\0\0\0")
    file.reserve(12)
    file.reserve(8)
    numbers = file.mapped("<i4")
    numbers[2] = 3
    assert (numbers.tolist(), file.read(8, 4)) == ([1, 0, 3], b"\3\0\0\0")
