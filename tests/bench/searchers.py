"""What searches a text: `python -m tests.bench.searchers KEY TEXT QUERIES FOLDER [QRELS]`.

Everybody gets the same tokens, what spaces separate, and ranks by BM25 (k1 1.5, b 0.75; in Lucene's form, but
for rank_bm25, which has the one of Okapi). It prints as JSON: seconds to index, the megabytes and the
milliseconds to open what is kept, queries/s one by one and in batches of 32 and, with judgements, nDCG@10.
"""

from __future__ import annotations

import json
import sys
import time
from abc import ABC, abstractmethod
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

K = 10
SECONDS = 4.0
_AT_ONCE, _BATCH = 1000, 32

Tokens = list[list[str]]
Found = list[list[tuple[str, float]]]


class Searcher(ABC):
    """An index of some tokens, kept in a folder if it can be."""

    @abstractmethod
    def index(self, tokens: Tokens, folder: Path) -> None:
        """Index the tokens, and keep what comes of it."""

    @abstractmethod
    def open(self, folder: Path) -> None:
        """Open what was kept."""

    @abstractmethod
    def found(self, queries: Tokens) -> Found:
        """The best documents for each query, with their scores."""


class Nlptool(Searcher):
    """The index of nlptool."""

    def index(self, tokens: Tokens, folder: Path) -> None:
        """Index the tokens as `index` does once it has them."""
        from nlp.search.analysis import Analyzer
        from nlp.search.config import IndexConfig
        from nlp.search.documents import Document, DocumentStore
        from nlp.search.files import save_index
        from nlp.search.parts import part_arrays
        from nlp.search.postings import PostingsBuilder
        from nlp.text.tokenize import tokenizer

        analyzer = Analyzer(IndexConfig(), tokenizer("words"))
        store, postings = DocumentStore(folder), PostingsBuilder(folder, analyzer)
        for start in range(0, len(tokens), _AT_ONCE):
            part = tokens[start : start + _AT_ONCE]
            named = enumerate(part, start + 1)
            store.append([Document(str(number), " ".join(words)) for number, words in named])
            postings.add_tokens(list(chain.from_iterable(part)), list(map(len, part)))
        with (folder / "index").open("wb") as file:
            save_index(file, IndexConfig(), [], part_arrays(store, postings.finish()))

    def open(self, folder: Path) -> None:
        """Map the index into memory."""
        from nlp.search.config import SearchConfig
        from nlp.search.ranking import Ranking
        from nlp.storage.kinds import SEARCH_INDEX, load
        from nlp.text.tokenize import tokenizer

        index = load(str(folder / "index"), SEARCH_INDEX)
        self._ranking = Ranking(index, index.analyzer(tokenizer("words")), SearchConfig())

    def found(self, queries: Tokens) -> Found:
        """One by one: there is nothing to gain by a batch."""
        from nlp.search.analysis import Term
        from nlp.search.queries import MAY, Clause

        ranked = []
        for words in queries:
            terms = tuple(Term(word, 0, 0) for word in words)
            hits = self._ranking.best([(Clause(MAY, terms, is_phrase=False), 1.0)], K)
            ranked.append([(str(hit.number + 1), hit.score) for hit in hits])
        return ranked


class Bm25s(Searcher):
    """bm25s with NumPy, which keeps the texts beside its index as nlptool does."""

    def index(self, tokens: Tokens, folder: Path) -> None:
        """Index the tokens."""
        import bm25s

        index = bm25s.BM25(method="lucene", k1=1.5, b=0.75, backend="numpy")
        index.index(tokens, show_progress=False)
        index.save(str(folder / "bm25s"), corpus=[" ".join(words) for words in tokens])

    def open(self, folder: Path) -> None:
        """Map the index into memory."""
        import bm25s

        self._index: Any = bm25s.BM25.load(str(folder / "bm25s"), mmap=True)

    def found(self, queries: Tokens) -> Found:
        """All at once."""
        ids, scores = self._index.retrieve(queries, k=K, show_progress=False, n_threads=0)
        both = zip(ids.tolist(), scores.tolist(), strict=True)
        return [[(str(one + 1), score) for one, score in zip(*row, strict=True)] for row in both]


class RankBm25(Searcher):
    """rank_bm25, which keeps nothing."""

    def index(self, tokens: Tokens, folder: Path) -> None:  # noqa: ARG002
        """Index the tokens; there is nothing to put into the folder."""
        import rank_bm25

        self._index: Any = rank_bm25.BM25Okapi(tokens)

    def open(self, folder: Path) -> None:
        """There is nothing to open."""

    def found(self, queries: Tokens) -> Found:
        """One by one: it has no batches."""
        import numpy as np

        ranked = []
        for words in queries:
            scores = self._index.get_scores(words)
            order = np.argsort(-scores, kind="stable")[:K].tolist()
            ranked.append([(str(one + 1), float(scores[one])) for one in order])
        return ranked


KEYS: dict[str, Callable[[], Searcher]] = {"cli": Nlptool, "bm25s": Bm25s, "rank_bm25": RankBm25}


def _warm_up(searcher: Searcher, tokens: Tokens, queries: Tokens, folder: Path) -> None:
    """Let it import and compile what it needs."""
    folder.mkdir(exist_ok=True)
    searcher.index(tokens[: 2 * K], folder)
    searcher.open(folder)
    searcher.found(queries[:1])


def _speed(searcher: Searcher, queries: Tokens, size: int) -> float:
    """Queries/s in batches of a size, all queries over and over for some seconds."""
    searcher.found(queries[:1])
    count, started = 0, time.perf_counter()
    while True:
        for start in range(0, len(queries), size):
            count += len(searcher.found(queries[start : start + size]))
            if (seconds := time.perf_counter() - started) > SECONDS:
                return count / seconds


def main(key: str, text: str, asked: str, place: str, qrels: str = "") -> None:
    """Print the figures of the searcher `key`."""
    tokens, queries = (
        [line.split() for line in Path(path).read_text().splitlines()] for path in (text, asked)
    )
    folder = Path(place) / f"searched-{key}"
    folder.mkdir(exist_ok=True)
    searcher = KEYS[key]()
    _warm_up(searcher, tokens, queries, folder.with_name(f"warm-up-{key}"))
    started = time.perf_counter()
    searcher.index(tokens, folder)
    indexed = time.perf_counter()
    searcher.open(folder)
    opened = time.perf_counter()
    told = {
        "index": indexed - started,
        "size": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6,
        "open": 1000 * (opened - indexed),
        "one": _speed(searcher, queries, 1),
        "batch": _speed(searcher, queries, _BATCH),
        "scores": [[score for _, score in found] for found in searcher.found(queries[:20])],
    }
    if qrels:
        told["ndcg"] = _ndcg(searcher.found(queries), qrels)
    print(json.dumps(told))


def _ndcg(ranked: Found, qrels: str) -> float:
    from nlp.search.evaluation import figures, mean_of

    grades: dict[int, dict[str, int]] = {}
    for line in Path(qrels).read_text().splitlines():
        query, _, document, grade = line.split()
        grades.setdefault(int(query), {})[document] = int(grade)
    return mean_of([figures(ranked[query - 1], judged) for query, judged in grades.items()]).ndcg_10


if __name__ == "__main__":
    main(*sys.argv[1:])
