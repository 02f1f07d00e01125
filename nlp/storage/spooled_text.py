"""A text that can be read again although it may come from a pipe and be larger than memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from nlp.storage.temporary import UnnamedFile


class SpooledText:
    """Blocks of text, kept in temporary storage in `directory`. Raises: OSError where that is full."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._storage = UnnamedFile(directory)
        self._ends: list[int] = []

    def keep(self, blocks: Iterable[str]) -> Iterator[str]:
        """Yield `blocks`, and keep them."""
        for block in blocks:
            self._storage.append(block.encode("utf-8", "surrogatepass"))
            self._ends.append(self._storage.size)
            yield block

    def __iter__(self) -> Iterator[str]:
        """Yield the blocks again."""
        start = 0
        for end in self._ends:
            yield self._storage.read(start, end - start).decode("utf-8", "surrogatepass")
            start = end
