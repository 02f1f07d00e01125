"""Queries with judgements, and how well a search answers them: what `nlptool search-eval` writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlp.errors import InputError
from nlp.search.evaluation import DEPTH, figures, mean_of

if TYPE_CHECKING:
    from cli.console import Console
    from cli.io.streams import Line, Streams
    from cli.jobs.search import Finding
    from nlp.text.records import Record

_OF_TREC, _OF_BEIR = 4, 3
_DECIMALS = 6


def judged(streams: Streams, console: Console, finding: Finding, queries: str, qrels: str) -> Record:
    """The report of a search for the queries of a file, by the judgements of another."""
    grades = read_qrels(streams, qrels)
    texts = read_queries(streams, queries)
    if absent := grades.keys() - texts.keys():
        one = len(absent) == 1
        count = f"{len(absent):,} judged {'query has' if one else 'queries have'}"
        console.warn(f"{qrels}: {count} no text; {min(absent)!r} for one")
    index = finding.index
    each = []
    for name, text in texts.items():
        if name in grades:
            hits = finding.best(text, finding.asked(text), DEPTH)
            found = [(index.document(hit.number).id, hit.score) for hit in hits]
            each.append(figures(found, grades[name]))
    if not each:
        raise InputError(
            "none of the queries has a judgement; both files have to name queries in the same way", path=qrels
        )
    told = {name: round(value, _DECIMALS) for name, value in mean_of(each)._asdict().items()}
    return {"documents": len(index), "queries": len(each), **told}


def read_queries(streams: Streams, path: str) -> dict[str, str]:
    """Id → text of the queries of a file: two columns, or records of `_id` (or `id`) and `text`.

    Raises: InputError for a line that is neither, or an id that has another text already
    """
    found: dict[str, str] = {}
    for line in _lines(streams, path):
        if line.plain:
            name, tab, text = line.text.partition("\t")
        else:
            name, tab, text = str(line.record.get("_id", line.record.get("id", ""))), "\t", line.text
        if not tab or not name:
            raise line.refuse("expected id<TAB>text, or a record with `_id` and `text`")
        if found.setdefault(name, text.strip()) != text.strip():
            raise line.refuse(f"the query {name!r} comes a second time; give each its own id")
    return found


def read_qrels(streams: Streams, path: str) -> dict[str, dict[str, int]]:
    """Id of a query → ids and grades of documents. Raises: InputError for a line in neither form."""
    found: dict[str, dict[str, int]] = {}
    for line in _lines(streams, path):
        parts = line.text.split("\t") if line.text.count("\t") == _OF_BEIR - 1 else line.text.split()
        if len(parts) not in {_OF_TREC, _OF_BEIR}:
            raise line.refuse("expected query, 0, document, grade; or query, document, grade")
        query, document, grade = parts[0], parts[-2], parts[-1].strip()
        if not grade.removeprefix("-").isdecimal():
            if line.number == 1 and len(parts) == _OF_BEIR:
                continue  # the names of the columns
            raise line.refuse(f"the grade {grade!r} is not a whole number")
        found.setdefault(query, {})[document] = int(grade)
    return found


def _lines(streams: Streams, path: str) -> list[Line]:
    """The lines of a file that are not empty; one that begins with a brace is JSONL."""
    read = replace(streams.like(path), format="jsonl")
    return [line for batch in read.batches() for line in batch if not line.plain or line.text.strip()]
