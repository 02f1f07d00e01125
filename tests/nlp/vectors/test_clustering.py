"""k-means: its centres are means, no row has a nearer one, and the same seed gives the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import InputError
from nlp.storage.spooled_rows import SpooledRows
from nlp.vectors.clustering import k_means, moved_to_rest
from nlp.vectors.word_vectors import normalized

if TYPE_CHECKING:
    from pathlib import Path

    from nlp.layers.arrays import Floats
    from nlp.vectors.clustering import Clusters

both_metrics = pytest.mark.parametrize("on_sphere", [True, False])


def drawn(seed: int, size: int, dim: int = 6, *, on_sphere: bool = True) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(size, dim)).astype(np.float32)
    return normalized(rows) if on_sphere else rows


def check(rows: Floats, found: Clusters, *, on_sphere: bool) -> None:
    """What k-means promises where it has come to rest, in float64 and row by row."""
    assert found.sizes.tolist() == np.bincount(found.numbers, minlength=len(found.centres)).tolist()
    assert found.sizes.tolist() == sorted(found.sizes.tolist(), reverse=True)
    assert found.sizes.min() > 0
    exact = rows.astype(np.float64)
    for number, centre in enumerate(found.centres.astype(np.float64)):
        mean = exact[found.numbers == number].mean(axis=0)
        np.testing.assert_allclose(centre, mean / np.linalg.norm(mean) if on_sphere else mean, atol=1e-5)
    for row, number, score in zip(exact, found.numbers, found.scores, strict=True):
        distances = ((row - found.centres.astype(np.float64)) ** 2).sum(axis=1)
        assert distances[number] <= distances.min() + 1e-5
        assert score == pytest.approx(
            row @ found.centres[number] if on_sphere else -distances[number] / 2, abs=1e-5
        )


@both_metrics
@pytest.mark.parametrize(("size", "clusters"), [(300, 7), (40, 40), (50, 1), (9000, 3)])
def test_it_comes_to_rest(size: int, clusters: int, on_sphere: bool) -> None:
    rows = drawn(1, size, on_sphere=on_sphere)
    found = k_means(rows, clusters, 1, on_sphere=on_sphere)
    assert len(found.centres) == clusters
    if size < 9000:  # which may take more than 100 rounds
        check(rows, found, on_sphere=on_sphere)


@both_metrics
def test_groups_that_lie_apart_are_found(on_sphere: bool) -> None:
    middles = np.eye(5, 8, dtype=np.float32) * 4
    truth = np.repeat(np.arange(5), [50, 40, 30, 20, 10])
    rows = middles[truth] + np.random.default_rng(3).normal(0, 0.1, (150, 8)).astype(np.float32)
    rows = normalized(rows) if on_sphere else rows
    for seed in range(10):
        assert k_means(rows, 5, seed, on_sphere=on_sphere).numbers.tolist() == truth.tolist()


def test_the_seed_decides_and_nothing_else(tmp_path: Path) -> None:
    """Rows in memory or on disk, once or again: to the bit."""
    rows = drawn(4, 5000)
    spooled = SpooledRows(tmp_path, 6)
    spooled.append(rows)
    first, again, on_disk = (k_means(source, 9, 2) for source in (rows, rows.copy(), spooled))
    for other in (again, on_disk):
        assert first.centres.tobytes() == other.centres.tobytes()
        assert first.numbers.tobytes() == other.numbers.tobytes()
        assert first.scores.tobytes() == other.scores.tobytes()
    assert k_means(rows, 9, 3).centres.tobytes() != first.centres.tobytes()


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    clusters=st.integers(1, 8),
    seed=st.integers(0, 3),
    on_sphere=st.booleans(),
)
def test_equal_rows_make_no_more_clusters_than_there_are_of_them(
    numbers: list[int], clusters: int, seed: int, on_sphere: bool
) -> None:
    rows = drawn(5, 5, on_sphere=on_sphere)[numbers]
    found = k_means(rows, clusters, seed, on_sphere=on_sphere)
    assert len(found.centres) == min(clusters, len(set(numbers)))
    check(rows, found, on_sphere=on_sphere)


def test_far_rows_fill_clusters_that_lost_all() -> None:
    """Begun with three centres in one place, of which two are nearest to nothing."""
    rows = np.array([[0, 0], [0, 1], [5, 5], [5, 6], [9, 0]], np.float32)
    found = moved_to_rest(rows, np.zeros((3, 2), np.float32), on_sphere=False)
    check(rows, found, on_sphere=False)
    assert sorted(found.sizes.tolist()) == [1, 2, 2]


def test_the_nearest_of_a_cluster_come_first() -> None:
    rows = np.array([[0], [1], [3], [100]], np.float32)
    found = k_means(rows, 2, 1, on_sphere=False)
    assert found.nearest(0, 2).tolist() == [1, 0]
    assert found.nearest(0, 9).tolist() == [1, 0, 2]
    assert found.nearest(1, 9).tolist() == [3]


def test_nothing_has_no_clusters() -> None:
    with pytest.raises(InputError, match="there is nothing to cluster"):
        k_means(np.zeros((0, 3), np.float32), 2, 1)


def test_who_watches_is_told_of_each_step() -> None:
    seen: list[tuple[int, int]] = []
    k_means(drawn(6, 300), 7, 1, watch=lambda *step: seen.append(step))
    done = [step for step, _ in seen]
    assert done == list(range(1, len(done) + 1))
    assert {most for _, most in seen} == {107}
    assert 7 < done[-1] < 107
