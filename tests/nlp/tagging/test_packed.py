"""Weights as bytes: what is packed is what is summed, and what is written is what is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging.packed import (
    LARGEST,
    PackedWeights,
    compressed_set,
    expanded_set,
    rounded,
    rounded_moves,
    squeezed,
    unsqueezed,
)

BITS = 10


@pytest.mark.parametrize("labels", [2, 4, 6, 8, 9, 30])
def test_sums_are_those_of_the_rows(labels: int) -> None:
    numbers = np.random.default_rng(labels)
    used = np.sort(numbers.choice(1 << BITS, 300, replace=False))
    rows = numbers.integers(-LARGEST, LARGEST + 1, (300, labels)).astype(np.int8)
    every = np.zeros((1 << BITS, labels), np.int64)
    every[used] = rows
    templates = numbers.integers(0, 1 << BITS, (7, 50)).astype(np.uint32)
    assert (PackedWeights(used, rows, BITS).sums(templates) == every[templates].sum(axis=0)).all()


@given(st.sets(st.integers(0, 5000)))
def test_a_set_is_read_as_it_was_written(numbers: set[int]) -> None:
    rising = np.array(sorted(numbers), np.int64)
    told = np.frombuffer(compressed_set(rising), np.uint8)
    assert expanded_set(told, 5001).tolist() == rising.tolist()
    if numbers:
        with pytest.raises(ValueError, match="its buckets are not below"):
            expanded_set(told, max(numbers))


def test_what_was_squeezed_comes_back_and_never_more_than_expected() -> None:
    data = bytes(1000)
    assert unsqueezed(squeezed(data), 1000).tobytes() == data
    for damaged in (
        squeezed(data)[:-3],
        np.concatenate([squeezed(data), [0]]).astype(np.uint8),
        squeezed(b"x")[1:],
    ):
        with pytest.raises(ValueError, match=r"its numbers (are not as many|cannot be expanded)"):
            unsqueezed(damaged, 1000)
    with pytest.raises(ValueError, match="its numbers are not as many as it says"):
        unsqueezed(squeezed(data), 999)


def test_rounding_keeps_proportions_and_leaves_out_what_rounds_to_nothing() -> None:
    weights = np.zeros((5, 2), np.float32)
    weights[1], weights[3], weights[4] = (1, -1), (0.5, 0), (0.001, 0)
    packed, scale = rounded(np.array([3, 4, 8, 9]), weights, BITS)
    assert packed.used.tolist() == [3, 8]
    assert scale == packed.rows[0, 0] == LARGEST
    assert packed.rows.tolist() == [[scale, -scale], [np.rint(scale / 2), 0]]
    moves = rounded_moves(np.array([[1, 0], [-2, 0.25]], np.float32), scale)
    assert moves.tolist() == [[scale, 0], [-2 * scale, np.rint(scale / 4)]]
    nothing, _ = rounded(np.array([3]), np.zeros((2, 2), np.float32), BITS)
    assert not len(nothing.used)
