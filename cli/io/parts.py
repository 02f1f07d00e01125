"""Parts of files: stretches of whole lines, which several machines read by themselves, in a fixed order.

A path may be a URL of any file system that fsspec knows, or a pattern of names. Where the parts are cut
depends on the files alone, never on who reads them.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from cli.io.writing import open_binary_output
from nlp.errors import InputError, blaming
from nlp.text import decompress, not_text
from nlp.wording import to_install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PARTS = 64  # of all files together, as far as they are large enough
_LEAST, _MOST = 1 << 18, 1 << 25  # bytes of a part
_READ = 1 << 18
_WILD = frozenset("*?[")

LINE_END, EMPTY_LINE = b"\n", b"\n\n"
"""Behind what a text may be cut."""


@dataclass(frozen=True)
class Part:
    """Whole lines of a file.

    Attributes: `path`, which any machine can open, and the `name` that the user knows it by; the bytes from
    `start` to `end`, or all of them (None); `head`, the first bytes of the file, which tell its form.
    """

    path: str
    name: str
    start: int
    end: int | None
    head: bytes

    @property
    def first_lines(self) -> str:
        """The whole lines at the beginning of the file."""
        lines = self.head[: self.head.rfind(LINE_END) + 1] or self.head
        return lines.decode("utf-8-sig", "replace")

    @contextmanager
    def opened(self) -> Iterator[tuple[str, Callable[[int], bytes]]]:
        """The name, and a function that reads so many bytes at most; b"" at the end. Raises: OSError."""
        with blaming(self.name):
            file = open_anywhere(self.path)
        with file:
            left = None if self.end is None else self.end - self.start
            if self.start:
                file.seek(self.start)

            def read(size: int) -> bytes:
                nonlocal left
                with blaming(self.name):
                    data = file.read(size if left is None else min(size, left))
                if left is not None:
                    left -= len(data)
                return data

            yield self.name, read


def is_url(path: str) -> bool:
    """Whether a path names a file by the protocol of its file system."""
    return "://" in path


def anywhere(path: str) -> str:
    """The path that any machine knows a file by."""
    return path if is_url(path) or not path else os.path.abspath(path)  # noqa: PTH100  the user's string


def open_anywhere(path: str) -> BinaryIO:
    """A file of this machine, or behind a URL, to read. Raises: OSError; InputError for no file system."""
    if not is_url(path):
        return open(path, "rb", buffering=0)  # noqa: PTH123  the user's string; the caller closes it
    system, place = _system(path)
    return cast("BinaryIO", system.open(place, "rb"))


def files_of(paths: Sequence[str]) -> list[str]:
    """The files that paths and patterns name, those of a pattern by name. Raises: OSError for none."""
    found: list[str] = []
    for path in paths:
        if is_url(path) and _WILD.intersection(path):
            system, place = _system(path)
            names = [str(system.unstrip_protocol(name)) for name in sorted(system.glob(place))]
        elif _WILD.intersection(path) and not os.path.lexists(path):
            import glob

            names = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  the user's string
        else:
            names = [path]
        if not names:
            raise FileNotFoundError(errno.ENOENT, "no file has such a name", path)
        found += names
    return found


def parts_of(names: Sequence[str], between: Callable[[Part], bytes | None]) -> list[Part]:
    """All files, cut into parts in their order.

    `between` tells, of a whole file, behind what it may be cut: a line end, say, or an empty line; None where
    it may not. Compressed files are not cut, nor is what does not look like text.

    Raises: OSError for a file that cannot be read
    """
    wholes = [_whole(name) for name in names]
    sizes = [_size(name) for name in names]
    size = min(max(sum(sizes) // _PARTS, _LEAST), _MOST)
    return [
        part
        for whole, length in zip(wholes, sizes, strict=True)
        for part in _cut(whole, length, size, between)
    ]


def identity_of(names: Sequence[str]) -> list[list[Any]]:
    """What tells these files from others and earlier ones: names, sizes and, where known, times."""
    found = []
    for name in names:
        changed = None if is_url(name) else os.stat(name).st_mtime_ns  # noqa: PTH116  the user's string
        found.append([name, _size(name), changed])
    return found


def _whole(name: str) -> Part:
    whole = Part(anywhere(name), name, 0, None, b"")
    with whole.opened() as (_, read):
        head = b""
        while len(head) < _READ and (data := read(_READ - len(head))):
            head += data
    return replace(whole, head=head)


def _size(name: str) -> int:
    with blaming(name):
        if not is_url(name):
            return os.stat(name).st_size  # noqa: PTH116  the user's string
        system, place = _system(name)
        return int(system.size(place) or 0)


def _cut(whole: Part, length: int, size: int, between: Callable[[Part], bytes | None]) -> Iterator[Part]:
    is_text = not decompress.detect(whole.head) and not not_text.what_else(whole.head)
    mark = between(whole) if is_text else None
    if not mark or length <= size:
        yield whole
        return
    start = 0
    with open_anywhere(whole.path) as file:
        while start < length:
            end = length if length - start <= size else _next(file, start + size, mark)
            yield replace(whole, start=start, end=end)
            start = end


def _next(file: BinaryIO, place: int, mark: bytes) -> int:
    """The first place behind a `mark`, from `place` on; the end of the file where there is none."""
    place -= len(mark)
    file.seek(place)
    data = bytearray()
    while more := file.read(_READ):
        searched = max(len(data) - len(mark), 0)
        data += more
        if (found := data.find(mark, searched)) >= 0:
            return place + found + len(mark)
    return place + len(data)


def line_ends_before(part: Part) -> int:
    """How many line ends of the file stand before a part."""
    count, before = 0, replace(part, start=0, end=part.start)
    with before.opened() as (_, read):
        while data := read(_READ):
            count += data.count(LINE_END)
    return count


def write_anywhere(path: str, data: bytes) -> None:
    """Write a file of this machine, or behind a URL, whole or not at all. Raises: OSError; InputError."""
    if not is_url(path):
        with open_binary_output(path) as writer:
            writer.write(data)
        return
    system, place = _system(path)
    with system.open(place, "wb") as file:
        file.write(data)


def folder_of(path: str) -> list[str]:
    """The names of the files in a folder, which is made if it is not there. Raises: OSError; InputError."""
    if not is_url(path):
        with blaming(path):
            os.makedirs(path, exist_ok=True)  # noqa: PTH103  the user's string
            return os.listdir(path)  # noqa: PTH208  as above
    system, place = _system(path)
    system.makedirs(place, exist_ok=True)
    return [str(name).rpartition("/")[2] for name in system.ls(place, detail=False)]


def _system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the place there. Raises: InputError where it cannot be had."""
    try:
        import fsspec
    except ImportError:
        raise InputError(f"a URL is read by fsspec; {to_install('fsspec')}", path=url) from None
    try:
        system, place = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        told = " ".join(str(error).split())
        raise InputError(f"no file system of this name can be read ({told})", path=url) from error
    return system, str(place)
