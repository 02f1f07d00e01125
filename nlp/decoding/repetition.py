"""Text that goes round in a circle, which is how greedy or cold sampling often ends."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_CYCLE = 256
LEAST_ROUNDS = 4
LEAST_TOKENS = 64
LONGEST_REPETITION = LONGEST_CYCLE * LEAST_ROUNDS
"""How many of the last tokens matter."""
CHECK_EVERY = 32
"""Tokens between two looks: a look costs some ten microseconds."""


def repeated_cycle(tokens: Sequence[int]) -> int:
    """The length of the cycle that the end of `tokens` repeats, the shortest there is; 0 without one.

    A cycle counts once it has gone round 4 times and filled 64 tokens; a row of dots or a refrain is shorter.
    """
    if len(tokens) < LEAST_TOKENS:
        return 0
    last, end = tokens[-1], len(tokens)
    for length in range(1, min(LONGEST_CYCLE, end // 2) + 1):
        if tokens[end - 1 - length] == last:
            begin = end - max(LEAST_TOKENS, LEAST_ROUNDS * length)
            if begin >= 0 and tokens[begin + length :] == tokens[begin : end - length]:
                return length
    return 0
