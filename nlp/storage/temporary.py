"""Temporary storage without a name: nothing is left of it however the process ends."""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import blaming


class _Pages(mmap.mmap):
    """The pages of an `UnnamedFile`."""


def let_go(array: NDArray[Any]) -> None:
    """Give up the memory of an array that `UnnamedFile.mapped` gave, or of a part of it; of others, nothing.

    What is read again comes back from the file.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    pages = base.obj if isinstance(base, memoryview) else base
    if isinstance(pages, _Pages) and hasattr(pages, "madvise"):
        pages.madvise(mmap.MADV_DONTNEED)


class UnnamedFile:
    """Bytes on disk, read and written at given positions, gone when the last process that holds them ends.

    Processes forked later see the same bytes. There is no current position that they could change for one
    another.

    Raises: OSError, which names `directory`, if it takes no file, or no more bytes.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._directory = str(directory)
        with blaming(self._directory), tempfile.TemporaryFile(dir=directory) as file:
            self._descriptor = os.dup(file.fileno())
        self.size = 0

    @property
    def path(self) -> str:
        """Where this process, and those forked from it, can open it as a file that has a name."""
        return f"/dev/fd/{self._descriptor}"

    def append(self, data: bytes | memoryview) -> None:
        """Write all of `data` at the end."""
        self.write(self.size, data)

    def write(self, position: int, data: bytes | memoryview) -> None:
        """Write all of `data`: one `pwrite` may take only part of it, as on a disk that is nearly full."""
        left = memoryview(data)
        while left:
            with blaming(self._directory):
                written = os.pwrite(self._descriptor, left, position)
            left, position = left[written:], position + written
        self.size = max(self.size, position)

    def read(self, position: int, count: int) -> bytes:
        """`count` bytes from `position`. Raises OSError if there are fewer."""
        pieces: list[bytes] = []
        while count:
            with blaming(self._directory):
                piece = os.pread(self._descriptor, count, position)
            if not piece:
                message = "Temporary storage is shorter than what was written to it"
                raise OSError(errno.EIO, message, self._directory)
            pieces.append(piece)
            count, position = count - len(piece), position + len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def reserve(self, size: int) -> None:
        """Let the file have `size` bytes, for which there is room from now on; new ones are zero."""
        with blaming(self._directory):
            if size > self.size:
                os.posix_fallocate(self._descriptor, 0, size)
        self.size = max(self.size, size)

    def mapped(self, dtype: str) -> NDArray[Any]:
        """All of it as one array of `dtype`, memory-mapped: to write to that is to write to the file."""
        if not self.size:  # nothing cannot be mapped
            return np.zeros(0, dtype)
        with blaming(self._directory):
            return np.frombuffer(_Pages(self._descriptor, self.size), dtype)

    def truncate(self, size: int) -> None:
        """Keep the first `size` bytes."""
        with blaming(self._directory):
            os.ftruncate(self._descriptor, size)
        self.size = size

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):  # __init__ may have failed
            os.close(self._descriptor)
