"""The lines of labelled text, each with its place, for `nlp.data.labelled`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.reading import Input


def labelled_lines(source: Input) -> Iterator[tuple[str, int, str]]:
    """Read the file, the number and the text of each line."""
    for block in source.blocks():
        path = block.path
        for number, text in enumerate(block.text.removesuffix("\n").split("\n"), block.line):
            yield path, number, text
