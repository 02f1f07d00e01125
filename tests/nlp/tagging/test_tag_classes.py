"""Classes of words by the tags that they have had."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.tag_classes import TagCounts

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30)


def counts(some: list[tuple[int, int]]) -> TagCounts:
    words = np.array([word for word, _ in some], np.uint32)
    return TagCounts.of(words, np.array([label for _, label in some], np.uint8))


def classes(*some: tuple[int, int]) -> dict[int, int]:
    return dict(zip(*(array.tolist() for array in counts(list(some)).classes()), strict=True))


def test_words_of_the_same_tags_are_of_the_same_class() -> None:
    a, b, c, d = 2**32 - 1, 7, 8, 0
    found = classes((a, 1), (a, 1), (a, 2), (b, 1), (b, 2), (b, 1), (c, 1), (d, 2))
    assert set(found) == {a, b, c, d}
    assert found[a] == found[b] != found[c] != found[d]
    assert min(found.values()) >= 0


def test_a_class_tells_how_surely_and_how_often() -> None:
    def of(*labels: int) -> int:
        return classes(*[(1, label) for label in labels])[1]

    once, often = of(0), of(*[0] * 10)
    assert once == of(0, 0) != often != of(*[0] * 100)
    assert often == of(*[0] * 99)
    likely, unsure = of(*[0] * 9, 1), of(*[0] * 8, 1, 1)
    assert len({often, likely, unsure, of(*[0] * 8, 2, 2)}) == 4
    assert of(0, 0, 0, 1, 2) == of(0, 0, 0, 1, 1), "the third tag is not told"


@given(pairs, pairs)
def test_the_counts_without_a_part_are_those_of_the_rest(
    part: list[tuple[int, int]], rest: list[tuple[int, int]]
) -> None:
    found, expected = counts(part + rest).without(counts(part)), counts(rest)
    assert found.keys.tolist() == expected.keys.tolist()
    assert found.counts.tolist() == expected.counts.tolist()
    assert [array.tolist() for array in found.classes()] == [array.tolist() for array in expected.classes()]
