"""Maps: principal components are the eigenvectors of the covariance, and a map is a function of its input."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.errors import NlpError
from nlp.vectors.projection import MIN_POINTS, TSNE, principal_components, project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn, of the extra [plot], is not installed"
)


def random_matrix(rows: int, columns: int) -> Floats:
    return np.random.default_rng(0).normal(size=(rows, columns)) * np.arange(columns, 0, -1)


def by_eigenvectors(vectors: Floats) -> Floats:
    centered = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centered.T @ centered)
    largest = directions[:, [-1, -2]]
    signs = np.sign(largest[np.abs(largest).argmax(axis=0), [0, 1]])
    product: Floats = centered @ (largest * signs)
    return product


@pytest.mark.parametrize(("rows", "columns"), [(3, 2), (20, 5), (5, 20), (4, 4)])
def test_components_are_the_eigenvectors_of_the_covariance(rows: int, columns: int) -> None:
    vectors = random_matrix(rows, columns)
    np.testing.assert_allclose(principal_components(vectors), by_eigenvectors(vectors), atol=1e-9)


def test_the_sign_is_that_of_the_largest_entry() -> None:
    """A line along (−2, 1): its direction is taken as (2, −1), so the first coordinate falls."""
    vectors = np.array([[0, 0], [-2, 1], [-4, 2]], np.float32)
    expected = [[np.sqrt(5), 0], [0, 0], [-np.sqrt(5), 0]]
    np.testing.assert_allclose(principal_components(vectors), expected, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_input_is_kept_and_its_type_too(dtype: type) -> None:
    vectors: Floats = random_matrix(6, 3).astype(dtype)
    before = vectors.copy()
    points = project(vectors)
    assert points.dtype == dtype
    assert points.shape == (6, 2)
    assert vectors.tobytes() == before.tobytes()
    assert project(vectors).tobytes() == points.tobytes()


def test_moving_all_vectors_moves_nothing() -> None:
    vectors = random_matrix(8, 4)
    np.testing.assert_allclose(principal_components(vectors + 7), principal_components(vectors), atol=1e-9)


@pytest.mark.parametrize(
    ("vectors", "extents"),
    [
        (np.ones((4, 3), np.float32), (False, False)),
        (np.zeros((3, 3), np.float32), (False, False)),
        (np.arange(4, dtype=np.float32).reshape(4, 1), (True, False)),
        (np.outer(np.arange(5), [0.1, 0.7, -0.3]).astype(np.float32), (True, False)),
    ],
    ids=["all the same", "all zero", "one dimension", "on a line"],
)
def test_rounding_is_no_direction(vectors: Floats, extents: tuple[bool, bool]) -> None:
    """A second axis of 1e-8 would be stretched over the whole page."""
    points = principal_components(vectors)
    assert (bool(points[:, 0].any()), bool(points[:, 1].any())) == extents


@pytest.mark.parametrize("number", range(MIN_POINTS))
def test_a_map_needs_three_points(number: int) -> None:
    with pytest.raises(NlpError, match=f"at least 3 points; got {number}"):
        project(np.ones((number, 2), np.float32))


@needs_sklearn
@pytest.mark.parametrize("rows", [3, 40])
def test_tsne_keeps_neighbours_and_repeats(rows: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(rows, 6)).astype(np.float32)
    vectors[1] = vectors[0]
    points = project(vectors, TSNE, seed=3)
    assert points.shape == (rows, 2)
    assert project(vectors, TSNE, seed=3).tobytes() == points.tobytes()
    distances = np.linalg.norm(points - points[0], axis=1)
    assert distances[2:].min() > distances[1]


def test_tsne_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(NlpError, match=r"pip install scikit-learn, or use method pca"):
        project(np.eye(3, dtype=np.float32), TSNE)
