"""What one text is: a line, a paragraph or a file; a record of JSONL or a row of a table always is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.search.config import FILE, LINE, PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.io.streams import Line, Streams


def texts(streams: Streams, unit: str, needs: Callable[[Line], object]) -> Iterator[list[Line]]:
    r"""The texts of the input as they come, each as the line that it begins at, with "\n" between its lines.

    Blank lines part paragraphs, and are in none. `needs` is that of `Streams.batches`.
    """
    gathered: list[Line] = []
    for batch in streams.batches(needs):
        if unit == LINE:
            yield batch
            continue
        complete: list[Line] = []
        for line in batch:
            if gathered and _ends(gathered[-1], line, unit):
                complete.append(_joined(gathered))
                gathered = []
            if unit == FILE or not line.plain or line.text.strip():
                gathered.append(line)
        yield complete
    yield [_joined(gathered)] if gathered else []


def _ends(last: Line, line: Line, unit: str) -> bool:
    """Whether the text ends between these two lines; a file may come twice."""
    is_same_file = line.path == last.path and line.number > last.number
    if not (last.is_of_text and line.is_of_text and is_same_file):
        return True
    return unit == PARAGRAPH and not line.text.strip()


def _joined(lines: list[Line]) -> Line:
    if len(lines) == 1:
        return lines[0]
    return lines[0]._replace(record={"text": "\n".join([line.text for line in lines])})
