"""A second look at the best documents: by the vectors of query and document as wholes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.search.ranking import Hit, Ranking
from nlp.vectors.line_vectors import LineVectors

RERANKED = 100
"""So many of the best documents are looked at again."""

VECTOR_SHARE = 0.4
"""How much of the new score is the cosine; the best on half of the queries of Cranfield."""


@dataclass(frozen=True)
class Reranking:
    """Ranks what was found anew: words and meaning together.

    Equation: score' = (1 − share) · score / highest score + share · cos(query, document)
    Source:   the vectors are those of `LineVectors` (SIF)
    """

    ranking: Ranking
    vectors: LineVectors
    share: float = VECTOR_SHARE

    def best(self, query: str, hits: Sequence[Hit], k: int) -> list[Hit]:
        """The `k` best of some hits, which are in order, with their new scores."""
        if not hits:
            return []
        terms = self.ranking.analyzer.terms
        texts = [query, *(self.ranking.index.text(hit.number) for hit in hits)]
        rows = self.vectors.of([terms(text) for text in texts]).astype(np.float64)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        cosines = rows[1:] @ rows[0]
        highest = max(hits[0].score, 1e-12)
        scores = [
            (1 - self.share) * hit.score / highest + self.share * cosine
            for hit, cosine in zip(hits, cosines.tolist(), strict=True)
        ]
        order = sorted(range(len(hits)), key=lambda place: -scores[place])[:k]
        return [Hit(hits[place].number, scores[place]) for place in order]
