"""Counting in bounded memory: exact while everything fits, and honest about it when it does not."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.counting import TokenCounter

batches = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), max_size=8)


def counted(batches: list[list[str]], **options: int) -> TokenCounter:
    counter = TokenCounter(**options)
    for batch in batches:
        counter.add(batch)
    return counter


@given(batches=batches)
def test_counts_are_exact_without_a_bound(batches: list[list[str]]) -> None:
    counter = counted(batches)
    assert counter.counts == Counter(token for batch in batches for token in batch)
    assert counter.forgotten == 0


@given(batches=batches, capacity=st.integers(0, 9))
def test_a_bound_is_kept_and_its_price_is_told(batches: list[list[str]], capacity: int) -> None:
    """No count is too high; none is lower than the truth by more than was forgotten each time."""
    exact = counted(batches).counts
    counter = counted(batches, capacity=capacity)
    assert len(counter.counts) <= capacity
    assert all(count <= exact[token] for token, count in counter.counts.items())
    lost = counter.forgotten * (counter.forgotten + 1) // 2
    assert all(exact[token] - counter.counts[token] <= lost for token in exact)
    assert counter.forgotten > 0 or counter.counts == exact


def test_the_rarest_are_forgotten_first() -> None:
    counter = TokenCounter(capacity=2)
    counter.add("aaabbc")
    assert counter.counts == {"a": 3, "b": 2}
    assert counter.forgotten == 1
    counter.add("dddd")
    assert counter.counts == {"a": 3, "d": 4}
    assert counter.forgotten == 2


def test_memory_stays_flat_on_a_stream_without_end() -> None:
    counter = TokenCounter(capacity=1000)
    for start in range(0, 100_000, 500):
        counter.add(["the", "of", *map(str, range(start, start + 500))])
        assert len(counter.counts) <= 1000
    assert counter.vocabulary(max_size=2).words == ["of", "the"]


@pytest.mark.parametrize(
    ("max_size", "capacity"), [(1, 2_000_000), (125_000, 2_000_000), (10**6, 16 * 10**6)]
)
def test_the_bound_of_a_vocabulary(max_size: int, capacity: int) -> None:
    assert TokenCounter(max_size)._capacity == capacity
    assert TokenCounter()._capacity is None


@given(batches=batches)
def test_the_vocabulary_is_numbered_by_falling_count(batches: list[list[str]]) -> None:
    vocabulary = counted(batches).vocabulary(min_count=2, max_size=3)
    assert len(vocabulary) <= 3
    assert all(first >= second >= 2 for first, second in pairwise(vocabulary.counts))
