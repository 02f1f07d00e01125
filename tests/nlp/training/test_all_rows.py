"""A matrix of which every chunk moves every row, as the output matrix of a full softmax."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.training.row_updates import RowUpdates, apply_rows


def updates(chunks: int, rows: int) -> RowUpdates:
    rng = np.random.default_rng(chunks)
    gradients = rng.standard_normal((chunks * rows, 3)).astype(np.float32)
    pairs = rng.random(chunks * rows).astype(np.float32) * 40
    return RowUpdates(np.tile(np.arange(rows, dtype=np.int32), chunks), gradients, pairs)


@pytest.mark.parametrize("chunks", [1, 4, 20])
def test_all_rows_are_summed_as_any_rows_are(chunks: int) -> None:
    dense = updates(chunks, 7)
    order = np.random.default_rng(0).permutation(7 * chunks)  # no longer all rows in order
    sparse = RowUpdates(dense.rows[order], dense.gradients[order], dense.pairs[order])
    first, second = np.ones((7, 3), np.float32), np.ones((7, 3), np.float32)
    apply_rows(first, dense, 0.1, 4.0)
    apply_rows(second, sparse, 0.1, 4.0)
    np.testing.assert_allclose(first, second, atol=1e-5)


@pytest.mark.parametrize("parts", [2, 3, 9])
def test_parts_give_the_same_bits_as_the_whole(parts: int) -> None:
    whole, in_parts = np.ones((7, 3), np.float32), np.ones((7, 3), np.float32)
    apply_rows(whole, updates(4, 7), 0.1, 4.0)
    for part in range(parts):
        apply_rows(in_parts, updates(4, 7), 0.1, 4.0, part, parts)
    assert whole.tobytes() == in_parts.tobytes()
    assert (whole != 1).all()
