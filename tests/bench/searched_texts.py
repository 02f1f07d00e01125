"""The texts that are searched, with queries: lines of mix100m, and Cranfield with its judgements.

A document is a line, and so is a query; judgements are `query 0 document grade`, numbers of lines from 1 on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .texts import corpus, words_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES, WORDS_A_LINE = 100_000, 30
QUERIES = 200
BEST_GRADE = 5  # Cranfield's grades run from 1, the best, to 4; -1 is none

_RECORD = re.compile(r"^\.I \d+\n(.*?)(?=^\.I |\Z)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^\.\w\n", re.MULTILINE)
_PART = re.compile(r"^\.(\w)\n(.*?)(?=^\.\w\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Searched:
    """Files: a text, queries and, where answers were judged, the judgements."""

    text: Path
    queries: Path
    qrels: Path | None = None


def mixed(folder: Path) -> Searched:
    """100,000 lines of 30 words; a query is two to eight words that stand in one of them."""
    found = Searched(folder / "lines.txt", folder / "line-queries.txt")
    words = words_of_file(corpus("en/mix100m.txt"), LINES * WORDS_A_LINE * 10)
    lines = [" ".join(islice(words, WORDS_A_LINE)) for _ in range(LINES)]
    found.text.write_text("\n".join(lines) + "\n")
    step = LINES // QUERIES
    queries = [
        " ".join(line.split()[number % 20 :][: 2 + number % 7]) for number, line in enumerate(lines[::step])
    ]
    found.queries.write_text("\n".join(queries) + "\n")
    return found


def cranfield(folder: Path) -> Searched:
    """1,400 abstracts with their titles, 225 queries; a grade is 5 less that of Cranfield, and 0 for -1."""
    text, queries, qrels = (folder / f"cranfield{end}" for end in (".txt", "-queries.txt", "-qrels"))
    data = corpus("en/cranfield")
    text.write_text("".join(f"{_abstract(parts)}\n" for parts in records(data / "cran.all.1400")))
    queries.write_text("".join(f"{parts['W']}\n" for parts in records(data / "cran.qry")))
    judged = (line.split()[:3] for line in (data / "cranqrel").read_text().splitlines() if line.strip())
    rows = (f"{query} 0 {document} {_gain(int(grade))}\n" for query, document, grade in judged)
    qrels.write_text("".join(rows))
    return Searched(text, queries, qrels)


def records(path: Path) -> Iterator[dict[str, str]]:
    """The parts of each record of Cranfield by their letters: T, a title, and W, a text, among others.

    The text is the last part; marks of parts that have strayed into it, as in three records, are left out.
    """
    for record in _RECORD.finditer(path.read_text()):
        head, _, text = record[1].partition(".W\n")
        parts = {part[1]: part[2] for part in _PART.finditer(head)} | {"W": _MARK.sub("", text)}
        yield {letter: " ".join(part.split()) for letter, part in parts.items()}


def _abstract(parts: dict[str, str]) -> str:
    title, text = parts["T"], parts["W"]
    return text if text.startswith(title) else f"{title} {text}"


def _gain(grade: int) -> int:
    return BEST_GRADE - grade if grade > 0 else 0
