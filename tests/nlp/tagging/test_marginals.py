"""Probabilities of labels, held against the sum over all chains that are allowed."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nlp.tagging.labels import entity_chain
from nlp.tagging.lattice import lattice_of
from nlp.tagging.marginals import fitted_temperature, marginals

if TYPE_CHECKING:
    from nlp.layers.arrays import Floats

CHAIN = entity_chain(["O", "B-a", "E-a", "S-a"])
LENGTHS = np.array([3, 1, 4])


def by_trying_all(scores: Any, moves: Any, temperature: float) -> Floats:
    """Those of one chain (T, L)."""
    found: Floats = np.zeros(scores.shape)
    for labels in product(range(len(moves)), repeat=len(scores)):
        if not (CHAIN.first[labels[0]] and CHAIN.last[labels[-1]]):
            continue
        if all(CHAIN.allowed[pair] for pair in pairwise(labels)):
            total = sum(scores[t, label] for t, label in enumerate(labels))
            total += sum(moves[pair] for pair in pairwise(labels))
            found[np.arange(len(scores)), list(labels)] += np.exp(total / temperature)
    found /= found.sum(axis=1, keepdims=True)
    return found


@pytest.mark.parametrize("temperature", [1.0, 40.0])
def test_they_are_shares_of_all_chains(temperature: float) -> None:
    generator = np.random.default_rng(1)
    scores = (generator.normal(size=(4, LENGTHS.sum())) * 2 * temperature).astype(np.int32)
    moves = (generator.normal(size=(4, 4)) * temperature).astype(np.int32)
    starts = np.cumsum(LENGTHS) - LENGTHS
    lattice = lattice_of(starts, LENGTHS)
    found = np.zeros((LENGTHS.sum(), 4))
    found[lattice.places] = marginals(scores[:, lattice.places], moves, CHAIN, lattice, temperature)
    for start, length in zip(starts, LENGTHS, strict=True):
        expected = by_trying_all(scores.T[start : start + length], moves, temperature)
        assert found[start : start + length] == pytest.approx(expected, abs=1e-5)


def test_within_a_long_chain_neither_begins_nor_ends_what_is_cut() -> None:
    lattice = lattice_of(np.array([0]), np.array([30]), window=10, context=2)
    scores = np.zeros((4, len(lattice.places)), np.int32)
    scores[2] = 900  # E, which no chain begins with
    of_first = lattice.places == 0
    found = marginals(scores, np.zeros((4, 4), np.int32), CHAIN, lattice, 100.0)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(found)))
    assert (found[of_first, 2] == 0).all()
    assert (found[~of_first, 2] > 0).all()


def test_nothing_has_no_probabilities() -> None:
    none = np.zeros(0, np.int64)
    assert marginals(np.zeros((4, 0)), np.zeros((4, 4)), CHAIN, lattice_of(none, none), 1.0).shape == (0, 4)


def test_the_temperature_is_that_of_the_labels_that_were_drawn() -> None:
    generator = np.random.default_rng(5)
    scores = generator.normal(size=(3000, 4)) * 2
    labels = (scores + generator.gumbel(size=scores.shape)).argmax(axis=1)

    def softmax(temperature: float) -> Floats:
        powers: Floats = np.exp(scores * 30 / temperature)
        powers /= powers.sum(axis=1, keepdims=True)
        return powers

    assert fitted_temperature(softmax, labels, 100.0) == pytest.approx(30, rel=0.1)
    labels[::2] = 255  # of no label that the tagger has
    assert fitted_temperature(softmax, labels, 10.0) == pytest.approx(30, rel=0.15)
