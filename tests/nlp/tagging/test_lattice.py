"""The best labels of many chains at once, held against trying all of them, and against longer windows."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import hypothesis.extra.numpy as st_numpy
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.tagging import lattice
from nlp.tagging.labels import Chain, entity_chain, free_chain, word_chain
from nlp.tagging.lattice import best_labels, lattice_of

CHAINS = [
    word_chain("BMES"),
    word_chain("BCDMES"),
    free_chain(["x", "y", "z"]),
    entity_chain(["O", "B-a", "I-a", "B-b"]),
    entity_chain(["O", "B-a", "M-a", "E-a", "S-a"]),
]


def by_trying_all(scores: npt.NDArray[Any], moves: npt.NDArray[Any], chain: Chain) -> list[int]:
    """The labels of one chain (T, L) with the highest sum, among those that are allowed."""
    best, found = -np.inf, [0] * len(scores)
    for labels in product(range(len(chain.names)), repeat=len(scores)):
        if not (chain.first[labels[0]] and chain.last[labels[-1]]):
            continue
        if not all(chain.allowed[pair] for pair in pairwise(labels)):
            continue
        total = sum(scores[place, label] for place, label in enumerate(labels))
        total += sum(moves[pair] for pair in pairwise(labels))
        if total > best:
            best, found = total, list(labels)
    return found


def labels_of(
    scores: npt.NDArray[Any], lengths: list[int], moves: npt.NDArray[Any], chain: Chain, **how: Any
) -> list[int]:
    """The labels of chains that stand one after another."""
    sizes = np.array(lengths)
    made = lattice_of(np.cumsum(sizes) - sizes, sizes, **how)
    found = best_labels(np.ascontiguousarray(scores[made.places].T), moves, chain, made)
    out = np.full(len(scores), 255)
    kept = slice(None) if made.kept is None else made.kept
    out[made.places[kept]] = found[kept]
    return out.tolist()


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
@pytest.mark.parametrize("dense", [0, 1 << 20])
@given(data=st.data())
def test_they_are_those_that_trying_all_finds(dtype: type, dense: int, data: st.DataObject) -> None:
    chain = data.draw(st.sampled_from(CHAINS))
    count = len(chain.names)
    lengths = data.draw(st.lists(st.integers(2, 4), min_size=1, max_size=4))
    numbers = np.random.default_rng(data.draw(st.integers(0, 1000)))
    scores: npt.NDArray[Any] = (
        numbers.permutation(4096)[: sum(lengths) * count].reshape(-1, count).astype(dtype)
    )
    moves: npt.NDArray[Any] = numbers.integers(-5000, 5000, (count, count)).astype(dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lattice, "DENSE", dense)
        found = labels_of(scores, lengths, moves, chain)
    ends = np.cumsum(lengths)
    expected = [
        by_trying_all(scores[end - length : end], moves, chain)
        for end, length in zip(ends, lengths, strict=True)
    ]
    assert found == [label for labels in expected for label in labels]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.integers(0, 99))
def test_windows_label_every_place_once_whatever_stands_beside(lengths: list[int], seed: int) -> None:
    numbers, chain = np.random.default_rng(seed), word_chain("BMES")
    scores = numbers.integers(-100, 100, (sum(lengths), 4)).astype(np.int32)
    moves = numbers.integers(-50, 50, (4, 4)).astype(np.int32)
    found = labels_of(scores, lengths, moves, chain)
    assert max(found) < 4
    end = 0
    for length in lengths:
        alone = labels_of(scores[end : end + length], [length], moves, chain)
        assert found[end : end + length] == alone
        end += length
    whole = labels_of(scores, lengths, moves, chain, window=None)
    assert np.mean(np.array(found) != whole) < 0.01


@given(st_numpy.arrays(np.int64, st.integers(1, 6), elements=st.integers(1, 200)))
def test_a_lattice_has_every_place_in_the_order_of_its_steps(lengths: npt.NDArray[np.int64]) -> None:
    starts = np.cumsum(lengths + 2) - lengths
    made = lattice_of(starts, lengths, window=None)
    assert sorted(made.places) == sorted(
        place for start, length in zip(starts, lengths, strict=True) for place in range(start, start + length)
    )
    assert made.offsets[-1] == lengths.sum()
    assert made.active == sorted(made.active, reverse=True)


def test_no_chain_has_no_labels() -> None:
    nothing = np.zeros(0, np.int64)
    made = lattice_of(nothing, nothing)
    assert not len(best_labels(np.zeros((4, 0), np.int32), np.zeros((4, 4), np.int32), CHAINS[0], made))
