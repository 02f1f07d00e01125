"""How central each node of a graph is: as central as the nodes are to which it is tied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

DAMPING: Final = 0.85
_ROUNDS: Final = 200
_SETTLED: Final = 1e-9


def page_rank(times: Callable[[Scores], Scores], jumps: Scores) -> Scores:
    """The share of time that a walk along the edges is at each node; it jumps elsewhere 15 times in 100.

    `times` multiplies a vector by the weights of the edges, a symmetric matrix W without negative entries:
    the graph itself need not be in memory. `jumps` is how probable each node is to be jumped to.

    Equation: p = (1 − δ) v + δ W D⁻¹ p,   D = diag(W 1),   v the jumps; without an edge all is jumps
    Shapes:   W (N, N), v (N,), which sums to 1 -> (N,), which sum to 1
    Source:   Brin & Page 1998, "The anatomy of a large-scale hypertextual web search engine", §2.1.1;
              Haveliwala 2002, "Topic-sensitive PageRank" (other jumps than even ones)
    """
    degrees = times(np.ones(len(jumps)))
    tied = degrees > 0
    shares = np.divide(1, degrees, out=np.zeros(len(jumps)), where=tied)
    ranks = jumps
    for _ in range(_ROUNDS):
        lost = ranks[~tied].sum()
        new = (1 - DAMPING) * jumps + DAMPING * (times(ranks * shares) + lost * jumps)
        moved = np.abs(new - ranks).sum()
        ranks = new
        if moved < _SETTLED:
            break
    return ranks


def evenly(nodes: int) -> Scores:
    """Jumps to every node alike."""
    return np.full(nodes, 1 / max(nodes, 1))
