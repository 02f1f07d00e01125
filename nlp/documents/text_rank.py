"""The words that a text is about, by the text alone: those that stand beside other such words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from nlp.documents.keywords import Keyword, best
from nlp.documents.page_rank import Scores, evenly, page_rank
from nlp.documents.words import is_telling

WINDOW: Final = 5
"""Words that stand so near count as neighbours: at most four words further on."""


def text_rank(words: Sequence[str], most: int) -> list[Keyword]:
    """The keywords of a text, given all its words.

    The nodes of the graph are the words that may be keywords; an edge weighs as often as its two words are
    neighbours. The paper takes nouns and adjectives, and edges that weigh 1.

    Equation: p_i = (1 − δ)/n + δ Σ_j w_ij / (Σ_k w_jk) p_j
    Source:   Mihalcea & Tarau 2004, "TextRank: bringing order into texts", §2.2 and §3
    """
    index: dict[str, int] = {}
    nodes = np.array([index.setdefault(word, len(index)) if is_telling(word) else -1 for word in words])
    if not index:
        return []
    pairs = [np.zeros((2, 0), np.int64)]
    for distance in range(1, min(WINDOW, len(words))):
        first, second = nodes[:-distance], nodes[distance:]
        tied = (first >= 0) & (second >= 0) & (first != second)
        pairs.append(np.stack([first[tied], second[tied]]))
    one, other = np.concatenate(pairs, axis=1)

    def times(vector: Scores) -> Scores:
        found = np.zeros(len(index))
        found += np.bincount(one, vector[other], len(index))
        found += np.bincount(other, vector[one], len(index))
        return found

    ranks = page_rank(times, evenly(len(index))).tolist()
    return best(dict(zip(index, ranks, strict=True)), most)
