from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.layers.embedding import embedding_backward, embedding_forward, one_hot
from nlp.layers.scatter import RowGroups

row_lists = st.one_of(
    st.lists(st.integers(-1, 5), min_size=1, max_size=200),  # frequent rows, and places that have none
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=60),  # rare ones
)


@settings(max_examples=150)
@given(row_lists, st.integers(1, 4))
def test_sums_equal_add_at_and_parts_do_not_change_a_bit(rows: list[int], parts: int) -> None:
    ids = np.array(rows, np.int32)
    values = np.random.default_rng(len(rows)).standard_normal((len(ids), 3)).astype(np.float32)
    groups = RowGroups.of(ids)
    is_row = ids >= 0
    distinct, inverse = np.unique(ids[is_row], return_inverse=True)
    slow = np.zeros((len(distinct), 3))
    np.add.at(slow, inverse, values[is_row])
    place = np.searchsorted(distinct, groups.rows)
    assert sorted(groups.rows.tolist()) == distinct.tolist()
    np.testing.assert_allclose(groups.sum(values), slow[place], atol=1e-4)
    np.testing.assert_allclose(groups.sum_scalars(values[:, 0]), slow[place, 0], atol=1e-4)

    shares = [RowGroups.of(ids, part, parts) for part in range(parts)]
    by_row = dict(zip(groups.rows.tolist(), groups.sum(values), strict=True))
    together = {int(r): s for share in shares for r, s in zip(share.rows, share.sum(values), strict=True)}
    assert sorted(row for share in shares for row in share.rows.tolist()) == distinct.tolist()
    assert all(np.array_equal(together[row], by_row[row]) for row in by_row)


def test_rows_come_most_frequent_first() -> None:
    groups = RowGroups.of(np.array([7, 3, 7, 9, 3, 7], np.int32))
    assert groups.rows.tolist() == [7, 3, 9]
    assert groups.count.tolist() == [3, 2, 1]


def test_lookup_is_the_product_with_a_one_hot_vector() -> None:
    """The lecture's statement: W times a one-hot column picks out a column; here a row of E, exactly."""
    E = np.random.default_rng(0).standard_normal((7, 4))
    ids = np.array([3, 0, 6, 3])
    np.testing.assert_array_equal(embedding_forward(E, ids), one_hot(ids, 7, np.float64) @ E)


def test_backward_of_the_lookup_is_the_transposed_product() -> None:
    rng = np.random.default_rng(1)
    ids, dy = np.array([3, 0, 6, 3, 3]), rng.standard_normal((5, 4))
    dE = rng.standard_normal((7, 4))
    expected = dE + one_hot(ids, 7, np.float64).T @ dy
    embedding_backward(dE, dy, ids)
    np.testing.assert_allclose(dE, expected)


def test_backward_of_no_lookup_changes_nothing() -> None:
    dE = np.ones((3, 2))
    embedding_backward(dE, np.zeros((0, 2)), np.zeros(0, np.int32))
    assert (dE == 1).all()


@pytest.mark.parametrize("wrong", [-1, 5])
def test_ids_outside_the_matrix_are_refused(wrong: int) -> None:
    ids, E = np.array([0, wrong]), np.zeros((5, 2))
    message = rf"id {wrong} is outside \[0, 5\)"
    with pytest.raises(IndexError, match=message):
        one_hot(ids, 5)
    with pytest.raises(IndexError, match=message):
        embedding_forward(E, ids)
    with pytest.raises(IndexError, match=message):
        embedding_backward(E, np.zeros((2, 2)), ids)


def test_one_hot_keeps_the_asked_type() -> None:
    assert one_hot(np.array([1]), 3, np.int8).dtype == np.int8
    assert one_hot(np.array([1]), 3).tolist() == [[0, 1, 0]]
