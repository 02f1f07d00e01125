"""Pools by hand: what each makes of a row, and that the other rows and what has ended do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.layers.parameters import Parameters
from nlp.layers.pooling import POOLS
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats

LENGTHS = (4, 2, 1)
ACTIVE = [3, 2, 1, 1]
WIDTH = 6


def vectors() -> Floats:
    """Of three rows, with what would be seen if it were read where a row has ended."""
    h: Floats = np.random.default_rng(2).standard_normal((4, 3, WIDTH))
    for row, length in enumerate(LENGTHS):
        h[length:, row] = 1e6
    return h


def pooled(name: str, h: Floats, active: list[int], scale: float = 1.0) -> Floats:
    pool = POOLS[name]
    p = Parameters(pool.shapes(WIDTH), np.float64)
    p.flat[...] = scale * np.random.default_rng(1).standard_normal(p.flat.size)
    return pool.forward(p.views(), h, active, Workspace(np.float64))[0].copy()


def test_the_ends_are_the_last_place_of_one_direction_and_the_first_of_the_other() -> None:
    h = vectors()
    for row, length in enumerate(LENGTHS):
        expected = [*h[length - 1, row, : WIDTH // 2], *h[0, row, WIDTH // 2 :]]
        np.testing.assert_array_equal(pooled("last", h, ACTIVE)[row], expected)


@pytest.mark.parametrize(("name", "of_row"), [("mean", np.mean), ("max", np.max)])
def test_mean_and_largest_value_are_over_the_places_of_a_row(name: str, of_row: np.ufunc) -> None:
    h = vectors()
    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(pooled(name, h, ACTIVE)[row], of_row(h[:length, row], axis=0))


def test_attention_that_looks_at_nothing_is_the_mean_and_one_that_looks_hard_is_a_place() -> None:
    h = vectors()
    np.testing.assert_allclose(pooled("attention", h, ACTIVE, 0.0), pooled("mean", h, ACTIVE))
    chosen = pooled("attention", h, ACTIVE, 1e4)
    for row, length in enumerate(LENGTHS):
        assert np.abs(h[:length, row] - chosen[row]).sum(axis=1).min() < 1e-9


@pytest.mark.parametrize("name", POOLS)
def test_a_row_is_pooled_as_if_it_stood_alone(name: str) -> None:
    h = vectors()
    together = pooled(name, h, ACTIVE)
    for row, length in enumerate(LENGTHS):
        alone = pooled(name, h[:length, row : row + 1], [1] * length)
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-12)
