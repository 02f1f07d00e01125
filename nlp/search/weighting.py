"""BM25: how much a term says of a document, in the four forms that are in use.

N documents, of which n hold the term; tf, how often the document holds it; length of the document and the
mean length of all, in terms:

    score = idf · weight(tf),   K = k1 (1 − b + b · length / mean)

| form      | idf                               | weight                     |
|-----------|-----------------------------------|----------------------------|
| lucene    | ln(1 + (N − n + 0.5) / (n + 0.5)) | tf / (tf + K)              |
| robertson | ln((N − n + 0.5) / (n + 0.5)), ≥ 0| tf / (tf + K)              |
| atire     | ln(N / n)                         | (k1 + 1) tf / (tf + K)     |
| bm25+     | ln((N + 1) / n)                   | (k1 + 1) tf / (tf + K) + δ |

δ is 0.5. A term that more than half of the documents hold would count against them in Robertson's form; it
counts nothing.

Source: Robertson et al. 1994, "Okapi at TREC-3"; Trotman, Puurula & Burgess 2014, "Improvements to BM25 and
        language models examined" (ATIRE); Lv & Zhai 2011, "Lower-bounding term frequency normalization"
        (BM25+); Kamphuis, de Vries, Boytsov & Lin 2020, "Which BM25 do you mean?", which compares the forms
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.layers.arrays import Floats
from nlp.search.config import ATIRE, LUCENE, PLUS, ROBERTSON, SearchConfig

_DELTA = 0.5


def idf(method: str, documents: int, holding: int) -> float:
    """How rare a term is, in nats; see the table."""
    rest = (documents - holding + 0.5) / (holding + 0.5)
    match method:
        case _ if method == LUCENE:
            return math.log1p(rest)
        case _ if method == ROBERTSON:
            return max(math.log(rest), 0.0)
        case _ if method == ATIRE:
            return math.log(documents / holding)
    return math.log((documents + 1) / holding)


def length_norms(config: SearchConfig, lengths: NDArray[np.int32], mean: float) -> Floats:
    """K of each document.

    Shapes: lengths (N,) -> (N,)
    """
    share = lengths.astype(np.float32)
    share *= np.float32(config.k1 * config.b / mean if mean else 0)
    share += np.float32(config.k1 * (1 - config.b))
    return share


def weights(config: SearchConfig, rarity: float, counts: NDArray[Any], norms: Floats) -> Floats:
    """The scores of one term, by its idf, in documents that hold it so often.

    Shapes: counts (n,), norms (n,) -> (n,)
    """
    tf = counts.astype(np.float32)
    scores: Floats = tf / (tf + norms)
    if config.method in {ATIRE, PLUS}:
        scores *= np.float32(config.k1 + 1)
    if config.method == PLUS:
        scores += np.float32(_DELTA)
    scores *= np.float32(rarity)
    return scores
