"""The most central sentences of a text: those that are most like the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from nlp.documents.page_rank import Scores, page_rank
from nlp.documents.sentence_graph import SentenceGraph
from nlp.text.sentences import sentences

REPEATED: Final = 0.7
"""A sentence whose cosine with one that was chosen is higher says the same once more."""

Tie = Callable[[Sequence[str]], SentenceGraph]


class Central(NamedTuple):
    """A sentence of a text, its [start, end) there in code points, and how central it is."""

    text: str
    start: int
    end: int
    score: float


def summary(text: str, tie: Tie, wanted: Callable[[int], int], lead: float = 0) -> list[Central]:
    """The most central sentences of a text, as they stand in it.

    `tie` makes the graph of the sentences; `wanted` tells how many are to be chosen of so many; the higher
    `lead`, the more the first sentences count. A sentence that is nearly one that was chosen before it comes
    in only where too few others are left. The scores of all sentences of a text sum to 1.

    Equation: the ranks of `page_rank`, with jumps v_i ∝ i^−lead to the i-th sentence
    Source:   Erkan & Radev 2004, "LexRank: graph-based lexical centrality as salience in text summarization",
              §3.3 (continuous LexRank, whose jumps are even)
    """
    spans = sentences(text)
    if not spans:
        return []
    graph = tie([text[start:end] for start, end in spans])
    jumps = np.arange(1.0, len(spans) + 1) ** -lead
    scores = page_rank(graph.times, jumps / jumps.sum())
    chosen = _chosen(graph, scores, wanted(len(spans)))
    return [Central(text[slice(*spans[one])], *spans[one], float(scores[one])) for one in sorted(chosen)]


def _chosen(graph: SentenceGraph, scores: Scores, most: int) -> list[int]:
    """The best sentences, of which none repeats another unless there are too few."""
    order = np.argsort(-scores, kind="stable").tolist()
    chosen: list[int] = []
    repeated = np.zeros(len(scores), np.bool_)
    for one in order:
        if len(chosen) < most and not repeated[one]:
            chosen.append(one)
            alone = np.zeros(len(scores))
            alone[one] = 1
            repeated |= graph.times(alone) > REPEATED
    left = [one for one in order if one not in set(chosen)]
    return chosen + left[: most - len(chosen)]
