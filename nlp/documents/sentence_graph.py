"""Which sentences of a text are like which: graphs whose weights are cosines, and are never written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from nlp.documents.page_rank import Scores
from nlp.vectors.line_vectors import LineVectors
from nlp.vectors.word_vectors import normalized

_ROWS: Final = 1024


class SentenceGraph(Protocol):
    """N sentences, and the cosine of each two, 0 where it would be negative."""

    def __len__(self) -> int:
        """How many sentences there are."""

    def times(self, vector: Scores) -> Scores:
        """The matrix of cosines (N, N) times a vector (N,)."""


class ByWords:
    """Sentences as bags of their words, of which the rarer weigh more.

    Equation: x_w = tf(w) (1 + ln(N / n_w)), in length 1;   n_w of the N sentences have the word
    Shapes:   a list of words for each of N sentences
    Source:   Erkan & Radev 2004, "LexRank: graph-based lexical centrality as salience in text summarization",
              §3 (with ln(N / n) alone, by which words of all sentences would not count)
    """

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        index: dict[str, int] = {}
        counts = [Counter(words) for words in sentences]
        of_all = [
            (row, index.setdefault(word, len(index)), count)
            for row, bag in enumerate(counts)
            for word, count in bag.items()
        ]
        self._rows, self._words, often = np.array(of_all, np.int64).reshape(-1, 3).T
        self._sizes = len(sentences), len(index)
        having = np.bincount(self._words, minlength=len(index))
        weights = often * (1 + np.log(len(sentences) / having[self._words]))
        lengths = np.sqrt(np.bincount(self._rows, weights**2, len(sentences)))
        self._weights: Scores = weights / lengths[self._rows]

    def __len__(self) -> int:
        return self._sizes[0]

    def times(self, vector: Scores) -> Scores:
        """The matrix of cosines times a vector, as X (Xᵀ v): the cosines themselves are not needed."""
        sums = np.bincount(self._words, self._weights * vector[self._rows], self._sizes[1])
        found = np.zeros(len(self))
        found += np.bincount(self._rows, self._weights * sums[self._words], len(self))
        return found


class ByVectors:
    """Sentences as the means of their words' vectors, by SIF; those without a word that has one are alone."""

    def __init__(self, sentences: Sequence[Sequence[str]], line_vectors: LineVectors) -> None:
        self._unit = normalized(line_vectors.of(sentences))

    def __len__(self) -> int:
        return len(self._unit)

    def times(self, vector: Scores) -> Scores:
        """The matrix of cosines times a vector, some rows of it at a time."""
        found = np.empty(len(self))
        for start in range(0, len(self), _ROWS):
            part = slice(start, start + _ROWS)
            found[part] = np.maximum(self._unit[part] @ self._unit.T, 0) @ vector
        return found
