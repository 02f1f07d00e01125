"""Texts and the documents of a search index that are nearest to them in meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from cli.io.printers import hits_form
from cli.jobs.questions import query_questions
from cli.jobs.search_terms import splitter
from cli.jobs.vector_queries import chosen_vectors
from nlp.search.document_vectors import DocumentVectors
from nlp.storage.kinds import SEARCH_INDEX, load
from nlp.vectors.line_vectors import LineVectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.search.index import Index

_DECIMALS = 6


def document_vectors(
    path: str, vectors: str | None, console: Console, common: int
) -> tuple[Index, DocumentVectors]:
    """An index and the vectors of its documents, by those of their words. Raises: ModelError; OSError."""
    index: Index = load(path, SEARCH_INDEX)
    line_vectors = LineVectors(chosen_vectors(vectors, console), common)
    return index, DocumentVectors(index, index.analyzer(splitter(index.config)), line_vectors)


def write_nearest(
    streams: Streams,
    console: Console,
    queries: Sequence[str],
    k: int,
    found: tuple[Index, DocumentVectors],
) -> NoReturn:
    """Write the nearest documents of each text, and end: with status 1 if one has no vector."""
    index, documents = found
    write = streams.printer(hits_form(with_query=len(queries) != 1))
    failed = False
    with streams.open_output() as output:
        for batch in query_questions(streams, queries):
            for question in batch:
                hits = documents.nearest(question.text, k)
                if not hits:
                    failed = True
                    told = f"no word of {question.text!r}" if len(documents.rows) else "no document"
                    console.fail(f"{question.place}{told} has a vector")
                written = [
                    {
                        "id": (document := index.document(hit.number)).id,
                        "score": round(hit.score, _DECIMALS) + 0.0,
                        "text": document.text,
                        "spans": [],
                    }
                    for hit in hits
                ]
                output.write(write({**question.record, "hits": written}))
            output.flush()
    click.get_current_context().exit(int(failed))
