"""The labels of few that are found by what each sum remembers are those that the way back finds again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging import few_labels
from nlp.tagging.few_labels import best_of_few
from nlp.tagging.labels import Chain, entity_chain, free_chain, word_chain
from nlp.tagging.lattice import best_labels, lattice_of

CHAINS = [
    word_chain("BMES"),
    word_chain("BCDMES"),
    free_chain("abcdefgh"),
    entity_chain(["O", "B-a", "I-a", "B-b", "I-b"]),
]


@pytest.mark.parametrize("dense", [0, 1 << 15])
@given(
    st.sampled_from(CHAINS),
    st.lists(st.integers(1, 200), min_size=1, max_size=30),
    st.sampled_from([2, 5, 4000]),
    st.integers(0, 99),
)
def test_they_are_the_best(dense: int, chain: Chain, lengths: list[int], largest: int, seed: int) -> None:
    """Where scores are few, many sums are equal; single places and windows are among the chains."""
    numbers, sizes, labels = np.random.default_rng(seed), np.array(lengths), len(chain.names)
    lattice = lattice_of(np.cumsum(sizes) - sizes, sizes)
    scores = numbers.integers(-largest, largest, (labels, len(lattice.places))).astype(np.int32)
    moves = numbers.integers(-largest, largest, (labels, labels)).astype(np.int32)
    expected = best_labels(scores.copy(), moves, chain, lattice)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few_labels, "DENSE", dense)
        found = best_of_few(scores, moves, chain, lattice)
    assert found.tolist() == expected.tolist()


def test_no_chain_has_no_labels() -> None:
    nothing = np.zeros(0, np.int64)
    empty = np.zeros((4, 0), np.int32)
    moves = np.zeros((4, 4), np.int32)
    assert not len(best_of_few(empty, moves, CHAINS[0], lattice_of(nothing, nothing)))
