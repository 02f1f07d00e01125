"""A chain of labels: its sums equal those over all sequences, one by one."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.layers.crf import crf_loss, crf_loss_and_grad, crf_marginals_, crf_shapes
from nlp.layers.parameters import Parameters
from nlp.layers.workspace import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.floating[Any]]

LENGTHS, LABELS = [4, 2, 1], 3
ACTIVE = [3, 2, 1, 1]


def made(dtype: npt.DTypeLike = np.float64) -> tuple[Parameters, Array, npt.NDArray[np.int32]]:
    """A chain in which label 2 may neither follow label 0, nor be first, nor label 1 be last."""
    rng = np.random.default_rng(3)
    p = Parameters(crf_shapes(LABELS), dtype)
    p.flat[...] = rng.standard_normal(p.flat.size)
    p["transitions"][0, 2] = p["start"][2] = p["end"][1] = -np.inf
    scores = rng.standard_normal((4, 3, LABELS)).astype(dtype)
    return p, scores, np.array([[0, 1, 0], [1, 2, 0], [1, 0, 0], [2, 0, 0]], np.int32)


def score(p: Parameters, scores: Array, labels: tuple[int, ...]) -> float:
    """Of one sequence, label by label."""
    total = float(p["start"][labels[0]] + p["end"][labels[-1]])
    total += sum(float(scores[t, label]) for t, label in enumerate(labels))
    return total + sum(float(p["transitions"][pair]) for pair in pairwise(labels))


def weights(p: Parameters, scores: Array, length: int) -> dict[tuple[int, ...], float]:
    """Of all sequences of a length, what is proportional to their probability."""
    return {labels: np.exp(score(p, scores, labels)) for labels in product(range(LABELS), repeat=length)}


def test_the_loss_equals_brute_force_over_all_sequences() -> None:
    p, scores, labels = made()
    expected = 0.0
    for row, length in enumerate(LENGTHS):
        every = weights(p, scores[:, row], length)
        expected += np.log(sum(every.values())) - np.log(every[tuple(labels[:length, row].tolist())])
    assert crf_loss(p.views(), scores.copy(), labels, ACTIVE, Workspace(np.float64)) == pytest.approx(
        expected
    )
    loss = crf_loss_and_grad(p.views(), p.like().views(), scores, labels, ACTIVE, Workspace(np.float64))
    assert loss == pytest.approx(expected)


def test_marginals_equal_brute_force_and_what_is_forbidden_has_none() -> None:
    p, scores, _ = made()
    found = scores.copy()
    crf_marginals_(p.views(), found, ACTIVE, Workspace(np.float64))
    for row, length in enumerate(LENGTHS):
        every = weights(p, scores[:, row], length)
        for t, label in product(range(length), range(LABELS)):
            there = sum(weight for labels, weight in every.items() if labels[t] == label)
            assert found[t, row, label] == pytest.approx(there / sum(every.values()))
        assert found[length:, row].tolist() == np.zeros((4 - length, LABELS)).tolist()
    assert found[0, 0, 2] == found[3, 0, 1] == 0


def test_forbidden_transitions_have_no_gradient() -> None:
    p, scores, labels = made()
    grad = p.like()
    crf_loss_and_grad(p.views(), grad.views(), scores, labels, ACTIVE, Workspace(np.float64))
    assert grad["transitions"][0, 2] == grad["start"][2] == grad["end"][1] == 0
    assert np.count_nonzero(grad.flat) == grad.flat.size - 3
    assert np.isfinite(grad.flat).all()


def test_long_sequences_and_large_scores_stay_finite_and_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    p = Parameters(crf_shapes(LABELS))
    p["transitions"][...] = 50 * rng.standard_normal((LABELS, LABELS))
    p["transitions"][0, 2] = -np.inf
    scores = (100 * rng.standard_normal((5000, 2, LABELS))).astype(np.float32)
    labels = np.zeros((5000, 2), np.int32)
    active = [2] * 300 + [1] * 4700
    marginals, grad = scores.copy(), p.like()
    crf_marginals_(p.views(), marginals, active, Workspace())
    np.testing.assert_allclose(marginals[:300].sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(marginals[300:, 0].sum(axis=1), 1, atol=1e-5)
    loss = crf_loss_and_grad(p.views(), grad.views(), scores, labels, active, Workspace())
    assert 0 < loss < np.inf
    assert np.isfinite(grad.flat).all()
    # Each of the 4,999 + 299 transitions is expected once, and was found once: from 0 to 0.
    assert grad["transitions"].sum() == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize("label", [-1, LABELS])
def test_labels_outside_the_chain_are_refused(label: int) -> None:
    p, scores, labels = made()
    labels[0, 0] = label
    with pytest.raises(IndexError, match=f"id {label} is outside"):
        crf_loss(p.views(), scores, labels, ACTIVE, Workspace(np.float64))
