from __future__ import annotations

import random

import pytest

from nlp.decoding.repetition import LEAST_TOKENS, LONGEST_CYCLE, repeated_cycle


@pytest.mark.parametrize("length", [1, 2, 3, 15, 16, 17, 63, 64, 65, LONGEST_CYCLE])
def test_a_cycle_is_found_once_it_has_gone_round_four_times(length: int) -> None:
    rng = random.Random(length)  # noqa: S311  no secret
    start, circle = [rng.randrange(50) for _ in range(300)], list(range(100, 100 + length))
    rounds = -(-max(LEAST_TOKENS, 4 * length) // length)
    assert repeated_cycle(start + circle * rounds) == length
    assert repeated_cycle(start + circle * (min(4, rounds) - 1)) == 0
    assert repeated_cycle(start + circle * rounds + [7]) == 0


def test_the_shortest_cycle_counts() -> None:
    assert repeated_cycle([1, 2] * 100) == 2
    assert repeated_cycle([1] * LEAST_TOKENS) == 1
    assert repeated_cycle([1] * (LEAST_TOKENS - 1)) == 0


def test_a_longer_circle_is_none() -> None:
    assert repeated_cycle(list(range(LONGEST_CYCLE + 1)) * 8) == 0


def test_random_tokens_do_not_repeat() -> None:
    rng = random.Random(0)  # noqa: S311
    tokens = [rng.randrange(3) for _ in range(3000)]
    assert not any(repeated_cycle(tokens[:end]) for end in range(LEAST_TOKENS, 3000, 7))
