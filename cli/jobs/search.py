"""Queries and what is found: what `nlptool search` writes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import click

from cli.io.printers import TEXT, hits_form
from cli.jobs.questions import query_questions
from cli.jobs.search_terms import splitter
from nlp.search.config import LINE
from nlp.search.passages import around, spans_of
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
    from nlp.search.reranking import Reranking
    from nlp.text.records import Record

    Asked = Sequence[tuple[Clause, float]]

_DECIMALS = 6


def chosen_index(model: str | None, console: Console) -> Index:
    """The index that -m names. Raises: UsageError without one; ModelError; OSError."""
    if model is None:
        raise click.UsageError("name a search index with -m; nlptool index makes one")
    found: Index = load(model, SEARCH_INDEX)
    console.note(f"{model}: {number_of(len(found), 'document')}")
    return found


@dataclass(frozen=True)
class More:
    """What is looked for beside the words of a query: see the options of these names."""

    fuzzy: bool = False
    expand: int = 0
    rerank: bool = False
    vectors: str | None = None


class Finding:
    """Finds the documents of an index that answer queries. Raises: ModelError; OSError, for word vectors."""

    def __init__(self, index: Index, config: SearchConfig, more: More, console: Console) -> None:
        self.index, self.config, self._more = index, config, more
        self.analyzer = index.analyzer(splitter(index.config))
        self.ranking = Ranking(index, self.analyzer, config)
        if more.fuzzy:
            from nlp.search.expansion import Misspelt

            self._misspelt = Misspelt(index)
        if more.expand or more.rerank:
            from cli.jobs.vector_queries import chosen_vectors

            self._vectors = chosen_vectors(more.vectors, console)

    def asked(self, query: str) -> Asked:
        """The clauses of a query, with all that is looked for beside its words, and how much each counts."""
        asked = [(clause, 1.0) for clause in clauses(query, self.analyzer)]
        if self._more.fuzzy:
            asked = self._misspelt.corrected(asked)
        if self._more.expand:
            from nlp.search.expansion import with_neighbours

            asked = with_neighbours(asked, self._vectors, self._more.expand)
        return asked

    def best(self, query: str, asked: Asked, k: int) -> list[Hit]:
        """The `k` best documents."""
        if not self._more.rerank:
            return self.ranking.best(asked, k)
        from nlp.search.reranking import RERANKED

        return self._reranking.best(query, self.ranking.best(asked, max(k, RERANKED)), k)

    @cached_property
    def _reranking(self) -> Reranking:
        from nlp.search.reranking import Reranking
        from nlp.vectors.line_vectors import LineVectors

        return Reranking(self.ranking, LineVectors(self._vectors))


@dataclass(frozen=True)
class Searching:
    """Answers queries with the `k` best documents of an index, or with the `answer` in them."""

    streams: Streams
    console: Console
    index: Index
    config: SearchConfig
    k: int
    more: More
    answer: bool = False
    context: int = 0

    def run(self, queries: Sequence[str]) -> NoReturn:
        """Write what is found as it is asked, and end: with status 1 if that is nothing."""
        form = hits_form(
            with_query=len(queries) != 1, is_coloured=_shows_colours(self.streams), lines=self.context
        )
        write = self.streams.printer(form)
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
        finding = Finding(self.index, self.config, self.more, self.console)
        for batch in query_questions(self.streams, queries):
            answered = []
            for question in batch:
                asked = finding.asked(question.text)
                if all(clause.sign == MUST_NOT for clause, _ in asked):
                    self.console.warn(f"{question.place}{question.text!r} has no word to look for")
                hits = finding.best(question.text, asked, self.k)
                told = self._sentence if self.answer else self._documents
                answered.append({**question.record, "hits": told(finding, asked, hits)})
            yield answered

    def _documents(self, finding: Finding, asked: Asked, hits: Sequence[Hit]) -> list[Record]:
        """What is written of documents; the fields of their records come behind their own."""
        told = []
        for hit in hits:
            name, text, fields = self.index.document(hit.number)
            found = _found(name, hit.score, text, asked, finding)
            if self.context and self.index.config.unit == LINE:
                before, after = around(self.index, hit.number, self.context)
                found["before"] = [{"id": one, "text": line} for one, line in before]
                found["after"] = [{"id": one, "text": line} for one, line in after]
            told.append({**found, **{key: value for key, value in fields.items() if key not in found}})
        return told

    def _sentence(self, finding: Finding, asked: Asked, hits: Sequence[Hit]) -> list[Record]:
        """What is written of the sentence that answers best, if there is one."""
        from nlp.search.answers import answer

        best = answer(finding.ranking, self.config, asked, hits)
        if best is None:
            return []
        document = self.index.document(best.number)
        text = document.text[best.start : best.end]
        found = _found(document.id, best.score, text, asked, finding)
        return [{**found, "start": best.start, "end": best.end}]


def _found(name: str, score: float, text: str, asked: Asked, finding: Finding) -> Record:
    return {
        "id": name,
        "score": round(score, _DECIMALS) + 0.0,
        "text": text,
        "spans": spans_of(text, [clause for clause, _ in asked], finding.analyzer),
    }


def _shows_colours(streams: Streams) -> bool:
    """Whether what is written goes to a terminal that shows colours."""
    is_shown = streams.output is None and streams.format == TEXT and os.isatty(1)
    return is_shown and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
