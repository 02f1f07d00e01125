"""How the updates of a step are applied, and divided among workers."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.training.row_updates import RowUpdates, apply_rows, update_tasks


@pytest.mark.parametrize("rows", [(1034, 1280), (522, 6208), (1, 1, 1), (7,)])
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_every_part_of_every_matrix_is_a_task_and_the_first_are_the_largest(
    rows: tuple[int, ...], workers: int
) -> None:
    tasks = update_tasks(rows, workers)
    for number in range(len(rows)):
        parts = [(part, parts) for matrix, part, parts in tasks if matrix == number]
        assert parts == [(part, len(parts)) for part in range(len(parts))]
    sizes = [rows[number] / parts for number, _, parts in tasks]
    assert sizes == sorted(sizes, reverse=True)


def test_a_matrix_of_most_rows_is_shared() -> None:
    assert update_tasks((1034, 1280), 2) == [(1, 0, 1), (0, 0, 1)]
    assert update_tasks((522, 6208), 2) == [(1, 0, 2), (1, 1, 2), (0, 0, 1)]


def test_rows_descend_as_the_equation_says() -> None:
    """w_r -= min(rate, stability / n_r) Σ g: the pairs of row 0 hold it back, those of 2 and 3 do not."""
    rows = np.array([2, 0, -1, 0, 3], np.int32)
    gradients = np.array([[1, 2], [3, 4], [np.nan, np.nan], [-1, 8], [5, 5]], np.float32)
    matrix = np.ones((4, 2), np.float32)
    updates = RowUpdates(rows, gradients, np.array([1, 30, 99, 10, 0], np.float32))
    with np.errstate(over="ignore"):  # as in training: a row in no pair has no bound
        moved, pulls = apply_rows(matrix, updates, 0.5, 4.0)
    expected = np.array([[0.8, -0.2], [1.0, 1.0], [0.5, 0.0], [-1.5, -1.5]], np.float32)
    np.testing.assert_allclose(matrix, expected, rtol=1e-6)
    assert not isinstance(moved, slice)
    assert dict(zip(moved.tolist(), pulls.tolist(), strict=True)) == {0: 4, 2: 0.5, 3: 0}


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("dim", [3, 100])
def test_parts_of_frequent_and_rare_rows_give_the_same_bits_as_the_whole(parts: int, dim: int) -> None:
    rng = np.random.default_rng(0)
    rows = np.minimum(rng.geometric(0.03, 2000), 200).astype(np.int32)  # up to some 60 occurrences
    gradients = rng.standard_normal((2000, dim)).astype(np.float32)
    updates = RowUpdates(rows, gradients, np.ones(2000, np.float32))
    whole, in_parts = np.ones((201, dim), np.float32), np.ones((201, dim), np.float32)
    apply_rows(whole, updates, 0.1, 4.0)
    for part in range(parts):
        apply_rows(in_parts, updates, 0.1, 4.0, part, parts)
    assert np.bincount(rows).max() > 50
    assert whole.tobytes() == in_parts.tobytes()
