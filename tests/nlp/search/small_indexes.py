"""Small search indexes, made in memory and opened as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.search.analysis import Analyzer
from nlp.search.config import IndexConfig, SearchConfig
from nlp.search.documents import Document
from nlp.search.files import Building, save_index
from nlp.search.queries import clauses
from nlp.search.ranking import Ranking
from nlp.storage.kinds import SEARCH_INDEX, load
from nlp.text.tokenize import tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nlp.search.index import Index
    from nlp.search.queries import Clause
    from nlp.search.ranking import Hit

TEXTS = (
    "the king rode out at dawn",
    "the queen ate bread at noon and the king ate too",
    "a cat sat on the mat",
    "dawn dawn dawn the king",
    "bread",
)


def analyzer_of(config: IndexConfig | None = None, stopwords: Sequence[str] = ()) -> Analyzer:
    """What finds terms, without a segmenter."""
    return Analyzer(config or IndexConfig(), tokenizer("words"), stopwords)


def index_of_texts(
    folder: Path,
    texts: Sequence[str] = TEXTS,
    config: IndexConfig | None = None,
    stopwords: Sequence[str] = (),
) -> Index:
    """The index of some texts, whose ids are their numbers from 1 on."""
    config = config or IndexConfig()
    building = Building(analyzer_of(config, stopwords), folder)
    for number, text in enumerate(texts, 1):
        building.add([Document(str(number), text)])
    with (folder / "index").open("wb") as file:
        save_index(file, config, stopwords, building.arrays())
    index: Index = load(str(folder / "index"), SEARCH_INDEX)
    return index


def ranking_of(index: Index, config: SearchConfig | None = None) -> Ranking:
    """What searches an index."""
    return Ranking(index, index.analyzer(tokenizer("words")), config or SearchConfig())


def asked(ranking: Ranking, query: str) -> list[tuple[Clause, float]]:
    """The clauses of a query, and how much each counts."""
    return [(clause, 1.0) for clause in clauses(query, ranking.analyzer)]


def best(ranking: Ranking, query: str, k: int = 10) -> list[Hit]:
    """What is found for a query."""
    return ranking.best(asked(ranking, query), k)


def found(ranking: Ranking, query: str) -> list[int]:
    """The numbers, from 1 on, of the texts that are found for a query."""
    return [hit.number + 1 for hit in best(ranking, query)]
