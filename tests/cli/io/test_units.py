"""What one text is, by --unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.io.reading import Input
from cli.io.streams import TEXT_OF, Streams
from cli.io.units import texts
from nlp.search.config import FILE, LINE, PARAGRAPH

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "\na\nb\n \n\nc\n"


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        (LINE, [("", 1), ("a", 2), ("b", 3), (" ", 4), ("", 5), ("c", 6), ("x", 1), ("y", 2), ("z", 3)]),
        (PARAGRAPH, [("a\nb", 2), ("c", 6), ("x", 1), ("y", 2), ("z", 3)]),
        (FILE, [("\na\nb\n \n\nc", 1), ("x", 1), ("y", 2), ("z", 3)]),
    ],
)
def test_lines_paragraphs_and_files_are_texts_and_so_are_records(
    unit: str, found: list[tuple[str, int]], tmp_path: Path
) -> None:
    contents = {"a.txt": TEXT, "b.txt": "x", "c.jsonl": '\n{"text": "y"}\n', "d.csv": "id,text\n\n1,z\n"}
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    streams = Streams(Input([str(tmp_path / name) for name in contents]), reads_columns=True)
    lines = [line for batch in texts(streams, unit, TEXT_OF) for line in batch]
    assert [(line.text, line.number) for line in lines] == found
    assert lines[-1].record == {"id": "1", "text": "z"}
