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


def page_rank(times: Callable[[Scores], Scores], nodes: int) -> Scores:
    """The share of time that a walk along the edges is at each node; it jumps anywhere 15 times in 100.

    `times` multiplies a vector by the weights of the edges, a symmetric matrix W without negative entries:
    the graph itself need not be in memory.

    Equation: p = (1 − δ)/n + δ W D⁻¹ p,   D = diag(W 1); a node without an edge jumps always
    Shapes:   W (N, N) -> (N,), which sum to 1
    Source:   Brin & Page 1998, "The anatomy of a large-scale hypertextual web search engine", §2.1.1
    """
    degrees = times(np.ones(nodes))
    tied = degrees > 0
    shares = np.divide(1, degrees, out=np.zeros(nodes), where=tied)
    ranks = np.full(nodes, 1 / nodes)
    for _ in range(_ROUNDS):
        lost = ranks[~tied].sum() / nodes
        new = (1 - DAMPING) / nodes + DAMPING * (times(ranks * shares) + lost)
        moved = np.abs(new - ranks).sum()
        ranks = new
        if moved < _SETTLED:
            break
    return ranks
