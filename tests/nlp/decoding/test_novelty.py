from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decoding.novelty import CopiedStretch

tokens = st.lists(st.integers(0, 2), max_size=25)


def longest_common(generated: list[int], training: list[int]) -> int:
    """By comparing every pair of places."""
    best = 0
    for i in range(len(generated)):
        for j in range(len(training)):
            length = 0
            while (
                i + length < len(generated)
                and j + length < len(training)
                and generated[i + length] == training[j + length]
            ):
                length += 1
            best = max(best, length)
    return best


def holds(text: list[int], part: list[int]) -> bool:
    return any(text[start : start + len(part)] == part for start in range(len(text) + 1))


@given(tokens, tokens.map(lambda some: [one - 1 if one == 0 else one for one in some]), st.integers(0, 25))
@settings(max_examples=500)
def test_equals_a_search_of_every_pair(generated: list[int], training: list[int], cut: int) -> None:
    copied = CopiedStretch(generated)
    copied.read(training[:cut])
    copied.read(training[cut:])
    start, end = copied.longest
    assert end - start == longest_common(generated, training)
    assert 0 <= start <= end <= len(generated)
    assert holds(training, generated[start:end])


def test_memory_is_bounded_by_the_generated_text() -> None:
    copied = CopiedStretch([n * n % 17 for n in range(500)])
    states = len(copied._next)
    assert states <= 1000
    for _ in range(20):
        copied.read(n * n * n % 17 for n in range(1000))
    assert len(copied._next) == states
