"""Words and lines of text in clusters: what `nlptool cluster` writes."""

from __future__ import annotations

import json
import math
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cli.console import clear_status
from cli.io.printers import CLUSTERED_LINES, CLUSTERED_WORDS, CLUSTERS
from cli.io.steps import Steps
from cli.jobs.questions import token_questions, with_text
from cli.jobs.segmenting import han_words
from cli.jobs.vectors import vectors_of_lines
from nlp.documents.group_keywords import GroupKeywords
from nlp.documents.words import words_of_texts
from nlp.storage.spooled_rows import SpooledRows
from nlp.storage.spooled_text import SpooledText
from nlp.text.records import format_record
from nlp.vectors.clustering import k_means
from nlp.vectors.line_vectors import LineVectors
from nlp.vectors.word_vectors import Neighbour, normalized
from nlp.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cli.console import Console
    from cli.io.printers import Form
    from cli.io.streams import Streams
    from nlp.text.records import Record
    from nlp.vectors.clustering import Clusters, Rows
    from nlp.vectors.word_vectors import WordVectors

    Near = Callable[[Clusters, int], Sequence[Neighbour]]

_NO_ROW = -1
_DECIMALS = 6


@dataclass(frozen=True)
class Clustering:
    """Divides what the input holds into `k` clusters; with `nearest`, tells so many words of each."""

    streams: Streams
    console: Console
    vectors: WordVectors
    k: int
    seed: int
    nearest: int | None
    on_sphere: bool

    def words(self) -> None:
        """Cluster the words of the input or, where there is no input, all those of the vectors."""
        records = list(self._asked())
        words = list(dict.fromkeys(record["word"] for record in records))
        is_listed = records or self.streams.input.paths
        among, unknown = self.vectors.subset(words) if is_listed else (self.vectors, [])
        if unknown:
            have = "has" if len(unknown) == 1 else "have"
            told = f"{len(unknown):,} of {number_of(len(words), 'word')} {have} no vector"
            self.console.warn(f"{told}; the first is {unknown[0]!r}")

        def near(found: Clusters, cluster: int) -> list[Neighbour]:
            rows = found.nearest(cluster, self.nearest or 0).tolist()
            return [Neighbour(among.words[row], self._measure(found.scores[row])) for row in rows]

        items = records or ({"word": word} for word in among.words)
        index = among.vocabulary.index
        numbered = ((record, index.get(record["word"], _NO_ROW)) for record in items)
        self._write(CLUSTERED_WORDS, among.unit if self.on_sphere else among.matrix, numbered, near)

    def lines(self, common: int) -> None:
        """Cluster the lines of the input, which wait on disk. `common`: see `LineVectors`."""
        line_vectors = LineVectors(self.vectors, common)
        folder = tempfile.gettempdir()
        rows = SpooledRows(folder, self.vectors.matrix.shape[1])
        texts = SpooledText(folder)
        known = bytearray()

        def read() -> Iterator[str]:
            for lines, found in vectors_of_lines(self.streams, self.console, line_vectors):
                has_vector = found.any(axis=1)
                known.extend(has_vector.tobytes())
                rows.append(normalized(found[has_vector]) if self.on_sphere else found[has_vector])
                yield "".join(format_record(with_text(line)) for line in lines)

        for _ in texts.keep(read()):
            pass
        records = (json.loads(line) for block in texts for line in block.removesuffix("\n").split("\n"))
        are_known = np.frombuffer(known, bool)
        places = np.where(are_known, np.cumsum(are_known, dtype=np.int64) - 1, _NO_ROW)

        keywords: GroupKeywords | None = None

        def near(found: Clusters, cluster: int) -> list[Neighbour]:
            nonlocal keywords
            keywords = keywords or _keywords(texts, found, places.tolist())
            return [Neighbour(*one) for one in keywords.best(cluster, self.nearest or 0)]

        self._write(CLUSTERED_LINES, rows, zip(records, places.tolist(), strict=True), near)

    def _asked(self) -> Iterator[Record]:
        """The records of the words of the input; none where nobody gave one."""
        if self.streams.input.paths or not os.isatty(0):
            for batch in token_questions(self.streams, (), self.vectors):
                yield from (question.record for question in batch)

    def _write(self, form: Form, rows: Rows, items: Iterable[tuple[Record, int]], near: Near) -> None:
        """Write each item, a record with the number of its row, or of each cluster the words by `near`."""
        found = None
        if len(rows):
            watch = Steps(self.console, "clustering").tell
            found = k_means(rows, self.k, self.seed, on_sphere=self.on_sphere, watch=watch)
            clear_status()
        clusters = len(found.sizes) if found else 0
        if 0 < clusters < self.k:
            told = f"{number_of(clusters, 'different vector')} cannot make more"
            self.console.warn(f"{number_of(clusters, 'cluster')} instead of {self.k:,}: {told}")
        write = self.streams.printer(CLUSTERS if self.nearest else form)
        with self.streams.open_output() as output:
            if self.nearest is None:
                for record, row in items:
                    output.write(write({**record, **self._place(found, row)}))
            elif found:
                for cluster, size in enumerate(found.sizes.tolist()):
                    words = [one._asdict() for one in near(found, cluster)]
                    output.write(write({"cluster": cluster, "size": size, "words": words}))

    def _place(self, found: Clusters | None, row: int) -> Record:
        if found is None or row == _NO_ROW:
            return {"cluster": None, "score": None}
        return {"cluster": int(found.numbers[row]), "score": self._measure(found.scores[row])}

    def _measure(self, score: float) -> float:
        """The cosine with a centre, or the distance from it."""
        measure = float(score) if self.on_sphere else math.sqrt(max(-2 * float(score), 0))
        return round(measure, _DECIMALS) + 0.0


def _keywords(texts: SpooledText, found: Clusters, places: Sequence[int]) -> GroupKeywords:
    """The keywords of the clusters of lines that wait on disk; `places` are the rows of their vectors."""
    keywords, split = GroupKeywords(), han_words(None, None, str, tweets=False)
    row = iter(places)
    for block in texts:
        lines = [json.loads(line)["text"] for line in block.removesuffix("\n").split("\n") if line]
        for words in words_of_texts(lines, split):
            place = next(row)
            keywords.add(words, None if place == _NO_ROW else int(found.numbers[place]))
    return keywords
