"""The documents of an index by what they mean as wholes: the vectors of their texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.layers.arrays import Floats
from nlp.search.analysis import Analyzer
from nlp.search.changes import in_batches
from nlp.search.index import Index
from nlp.search.ranking import Hit
from nlp.vectors.line_vectors import LineVectors
from nlp.vectors.word_vectors import normalized


class DocumentVectors:
    """The vectors of all documents, made once; `LineVectors` tells how.

    Attributes: `numbers` of the documents that have a vector (M,); `rows`, of length 1 each (M, D).
    """

    def __init__(self, index: Index, analyzer: Analyzer, line_vectors: LineVectors) -> None:
        self._analyzer, self._line_vectors = analyzer, line_vectors
        numbers = index.numbers()
        batches = [self._of([one.text for one in some]) for some in in_batches(index, numbers)]
        rows = np.concatenate([np.zeros((0, line_vectors.vectors.matrix.shape[1]), np.float32), *batches])
        has_vector = rows.any(axis=1)
        self.numbers = np.array(numbers, np.int64)[has_vector]
        self.rows: Floats = normalized(rows[has_vector])

    def nearest(self, text: str, k: int) -> list[Hit]:
        """The `k` documents with the highest cosines to a text; none of one without a vector."""
        [row] = self._of([text])
        if not row.any():
            return []
        cosines = self.rows @ normalized(row[None])[0]
        order = np.argsort(-cosines, kind="stable")[:k]
        pairs = zip(self.numbers[order].tolist(), cosines[order].tolist(), strict=True)
        return [Hit(*pair) for pair in pairs]

    def _of(self, texts: Sequence[str]) -> Floats:
        return self._line_vectors.of([self._analyzer.terms(text) for text in texts])
