from __future__ import annotations

import heapq
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.layers.softmax import log_sum_exp, softmax_
from nlp.word2vec.huffman import HuffmanTree
from nlp.word2vec.losses.hierarchical_softmax import SplitPaths

count_lists = st.lists(st.integers(1, 1000), min_size=2, max_size=60)


def path(tree: HuffmanTree, word: int) -> list[tuple[int, int]]:
    steps = slice(tree.first[word], tree.first[word + 1])
    return list(zip(tree.nodes[steps].tolist(), tree.signs[steps].tolist(), strict=True))


def cheapest(counts: list[int]) -> int:
    """Least possible Σ count · length: the sum of all merges, by a heap."""
    heap, total = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, merged)
        total += merged
    return total


@settings(max_examples=150)
@given(count_lists)
def test_paths_are_an_optimal_prefix_code(counts: list[int]) -> None:
    tree = HuffmanTree.of(counts)
    assert int(tree.lengths @ np.array(counts)) == cheapest(counts)
    assert sum(2.0**-length for length in tree.lengths.tolist()) == 1
    paths = [path(tree, word) for word in range(len(counts))]
    assert len({tuple(steps) for steps in paths}) == len(counts)
    assert {node for steps in paths for node, _ in steps} == set(range(len(counts) - 1))
    assert all(steps[0][0] == 0 for steps in paths)
    assert all(a[0] < b[0] for steps in paths for a, b in pairwise(steps))


def test_the_example_of_four_words() -> None:
    """Counts 5 3 1 1: 1 + 1 = 2, 2 + 3 = 5, 5 + 5 = 10: paths of 1, 2, 3 and 3 branches."""
    tree = HuffmanTree.of([5, 3, 1, 1])
    assert tree.lengths.tolist() == [1, 2, 3, 3]
    assert path(tree, 2)[:2] == path(tree, 3)[:2]
    assert path(tree, 2)[2][1] == -path(tree, 3)[2][1]


def test_two_words_are_one_branch() -> None:
    assert HuffmanTree.of([7, 7]).lengths.tolist() == [1, 1]


def test_equal_counts_give_a_balanced_tree() -> None:
    assert HuffmanTree.of([3] * 64).lengths.tolist() == [6] * 64


@settings(max_examples=60)
@given(count_lists, st.integers(1, 70))
def test_probabilities_of_all_words_sum_to_one(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = HuffmanTree.of(counts)
    scores = rng.standard_normal(len(counts) - 1) * 3
    branches = 1 / (1 + np.exp(-tree.signs * scores[tree.nodes]))
    probabilities = np.multiply.reduceat(branches, tree.first[:-1])
    assert probabilities.sum() == pytest.approx(1)


@settings(max_examples=60)
@given(count_lists, st.integers(1, 70), st.sampled_from([1, 3, 4]))
def test_split_paths_are_the_whole_paths(counts: list[int], top: int, block: int) -> None:
    tree = HuffmanTree.of(counts)
    paths = SplitPaths(tree, top)
    words = np.random.default_rng(top).integers(0, len(counts), 12).astype(np.int32)
    dense, deep = paths.within_top(words), paths.below(words, block)
    np.testing.assert_array_equal(dense[:, : paths.top], np.abs(dense[:, paths.top :]))
    for place, word in enumerate(words.tolist()):
        within = dense[place, paths.top :]
        found = {(node, int(within[node])) for node in np.flatnonzero(within).tolist()}
        mine = deep.targets == place
        found |= set(zip(deep.nodes[mine].tolist(), deep.signs[mine].astype(int).tolist(), strict=True))
        assert found == set(path(tree, word))
        assert mine.sum() + (within != 0).sum() == len(path(tree, word))
    assert (deep.targets[deep.nodes == -1] == len(words)).all()
    assert (deep.signs[deep.nodes == -1] == 0).all()


def test_softmax_of_extreme_scores_is_finite() -> None:
    z = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]], np.float32)
    np.testing.assert_allclose(log_sum_exp(z), np.array([1e4, -1e4 + math.log(3)]))
    np.testing.assert_allclose(softmax_(z), np.array([1e4, -1e4 + math.log(3)]))
    np.testing.assert_allclose(z, np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]), rtol=1e-6)
