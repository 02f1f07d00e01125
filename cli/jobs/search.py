"""Queries and what is found: what `nlptool search` writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from cli.io.printers import HITS, HITS_OF_QUERIES
from cli.jobs.index import splitter
from cli.jobs.questions import query_questions
from nlp.search.passages import spans_of
from nlp.search.queries import MUST_NOT, clauses
from nlp.search.ranking import Ranking
from nlp.storage.kinds import SEARCH_INDEX, load
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.console import Console
    from cli.io.streams import Streams
    from nlp.search.config import SearchConfig
    from nlp.search.index import Index
    from nlp.search.queries import Clause
    from nlp.search.ranking import Hit
    from nlp.text.records import Record

_DECIMALS = 6


def chosen_index(model: str | None, console: Console) -> Index:
    """The index that -m names. Raises: UsageError without one; ModelError; OSError."""
    if model is None:
        raise click.UsageError("name a search index with -m; nlptool index makes one")
    found: Index = load(model, SEARCH_INDEX)
    console.note(f"{model}: {number_of(len(found), 'document')}")
    return found


@dataclass(frozen=True)
class Searching:
    """Answers queries with the `k` best documents of an index."""

    streams: Streams
    console: Console
    index: Index
    config: SearchConfig
    k: int

    def run(self, queries: Sequence[str]) -> NoReturn:
        """Write what is found as it is asked, and end: with status 1 if that is nothing."""
        write = self.streams.printer(HITS if len(queries) == 1 else HITS_OF_QUERIES)
        has_found = False
        with self.streams.open_output() as output:
            for batch in self._answered(queries):
                for record in batch:
                    output.write(write(record))
                    has_found |= bool(record["hits"])
                output.flush()
        click.get_current_context().exit(int(not has_found))

    def _answered(self, queries: Sequence[str]) -> Iterator[list[Record]]:
        """The records of the queries, each with its `hits`."""
        analyzer = self.index.analyzer(splitter(self.index.config))
        ranking = Ranking(self.index, analyzer, self.config)
        for batch in query_questions(self.streams, queries):
            answered = []
            for question in batch:
                asked = clauses(question.text, analyzer)
                if all(clause.sign == MUST_NOT for clause in asked):
                    self.console.warn(f"{question.place}{question.text!r} has no word to look for")
                hits = ranking.best([(clause, 1.0) for clause in asked], self.k)
                answered.append(
                    {**question.record, "hits": [self._told(ranking, hit, asked) for hit in hits]}
                )
            yield answered

    def _told(self, ranking: Ranking, hit: Hit, asked: Sequence[Clause]) -> Record:
        """What is written of a hit; the fields of its record come behind its own."""
        name, text, fields = self.index.document(hit.number)
        found = {
            "id": name,
            "score": round(hit.score, _DECIMALS) + 0.0,
            "text": text,
            "spans": spans_of(text, asked, ranking.analyzer),
        }
        return {**found, **{key: value for key, value in fields.items() if key not in found}}
