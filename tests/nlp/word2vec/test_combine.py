"""The sum of moves that is damped by curvature: its equation, its limits, and that it is added in order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.word2vec.combine import DampedSum, Moves, damping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

WORDS, DIM = 7, 4
LISTS = (
    [0, 1, 2, 5],
    [1, 2, 6],
    [2, 1],
    [5, 2],
)  # the rows that each of four trainings moves; none moves 3, 4


def moves(seed: int = 0, pulls: float = 0.3) -> list[Moves]:
    rng = np.random.default_rng(seed)
    return [
        Moves(
            np.array(rows, np.int32),
            rng.normal(size=(len(rows), DIM)).astype(np.float16),
            rng.uniform(0.1, pulls, len(rows)).astype(np.float32),
        )
        for rows in LISTS
    ]


def summed(of: Iterable[Moves], block: int = WORDS) -> DampedSum:
    total = DampedSum(WORDS, DIM, block)
    for one in of:
        total.add_(one)
    return total


def matrix() -> NDArray[np.float32]:
    return np.random.default_rng(9).normal(size=(WORDS, DIM)).astype(np.float32)


def steep() -> NDArray[np.float64]:
    """Some curvature, steep in one direction."""
    A = np.random.default_rng(3).normal(size=(DIM, DIM))
    A[0] *= 5
    return A.T @ A


def plainly_moved(W: NDArray[Any], of: Iterable[Moves], C: NDArray[np.float64]) -> NDArray[np.float64]:
    """The equation, row by row and direction by direction."""
    eigenvalues, Q = np.linalg.eigh(C)
    moved, of = W.astype(np.float64), list(of)
    for r in range(WORDS):
        found = [
            (one.deltas[i].astype(np.float64), float(one.pulls[i]))
            for one in of
            for i, row in enumerate(one.rows)
            if row == r
        ]
        if not found:
            continue
        n, total, rho = len(found), sum(delta for delta, _ in found), sum(pull for _, pull in found)
        for j in range(DIM):
            x = 3 * rho * eigenvalues[j]
            a = (1 - math.exp(-x)) / (n * (1 - math.exp(-x / n)))
            moved[r] += a * (total @ Q[:, j]) * Q[:, j]
    return moved


@pytest.mark.parametrize("block", [2, 7, 4096])
def test_rows_move_as_the_equation_says(block: int) -> None:
    W = matrix()
    summed(moves(), block).move_(W, steep())
    np.testing.assert_allclose(W, plainly_moved(matrix(), moves(), steep()), rtol=1e-5, atol=1e-6)
    assert (W[[3, 4]] == matrix()[[3, 4]]).all()


@pytest.mark.parametrize("block", [2, 7, 4096])
def test_the_curvature_is_that_where_the_mean_leads(block: int) -> None:
    W, shares = matrix(), np.arange(1.0, WORDS + 1) / 28
    expected, there = np.zeros((DIM, DIM)), W.astype(np.float64)
    for r in range(WORDS):
        found = [one.deltas[i] for one in moves() for i, row in enumerate(one.rows) if row == r]
        if found:
            there[r] += np.mean(np.array(found, np.float64), axis=0)
        expected += 0.25 * shares[r] * np.outer(there[r], there[r])
    np.testing.assert_allclose(summed(moves(), block).curvature(W, shares), expected, rtol=1e-12)


def test_what_one_alone_did_is_done() -> None:
    W, (one, *_) = matrix(), moves(pulls=50.0)
    summed([one]).move_(W, steep())
    expected = matrix()
    expected[one.rows] += one.deltas
    np.testing.assert_allclose(W, expected, rtol=1e-6, atol=1e-6)


def test_short_ways_are_added_and_long_ones_averaged() -> None:
    for pulls, is_mean in ((0.0, False), (1e-12, False), (1e6, True)):
        of = [one._replace(pulls=np.full(len(one.rows), pulls, np.float32)) for one in moves()]
        W, expected = matrix(), matrix().astype(np.float64)
        summed(of).move_(W, steep())
        touched = np.bincount([row for rows in LISTS for row in rows], minlength=WORDS)
        for one in of:
            expected[one.rows] += (
                one.deltas / (touched[one.rows] if is_mean else np.ones(len(one.rows)))[:, None]
            )
        np.testing.assert_allclose(W, expected, rtol=1e-5, atol=1e-5)


def test_damping_falls_from_one_to_one_of_all() -> None:
    ways = np.array([0, 1e-300, 1e-9, 0.01, 1, 9, 100, 1e4, 1e300])
    found = damping(ways, np.full(len(ways), 5.0))
    assert (np.diff(found) <= 0).all()
    np.testing.assert_allclose(found[[0, 1, 2, -2, -1]], [1, 1, 1, 0.2, 0.2], rtol=1e-8)
    np.testing.assert_allclose(damping(ways, np.ones(len(ways))), 1)


def test_a_new_sum_has_nothing_of_the_one_before() -> None:
    total = summed(moves(1))
    total.clear_()
    for one in moves():
        total.add_(one)
    found, expected = matrix(), matrix()
    total.move_(found, steep())
    summed(moves()).move_(expected, steep())
    assert found.tobytes() == expected.tobytes()
