"""Pairs as numbers: what is left out, and what stands where in a batch."""

from __future__ import annotations

import numpy as np

from nlp.translation.pairs import NumberedPairs, Pair, Pieces, Ragged

PAIRS = [Pair("a b", "x"), Pair("a", "xy x"), Pair("", "x"), Pair("a", ""), Pair("a b a b a b", "x")]


def test_pairs_that_are_empty_or_too_long_are_left_out() -> None:
    pieces = Pieces.learn(PAIRS, 0, share=False)
    numbered = pieces.numbered(PAIRS, 5)
    assert (len(numbered), numbered.skipped) == (2, 3)
    assert [pieces.source.decode(some[:-1]) for some in np.split(numbered.sources.numbers, [5])] == [
        "a b",
        "a",
    ]
    assert numbered.sources.numbers[4] == pieces.source_end == pieces.sizes[0] - 1


def test_languages_may_share_their_pieces() -> None:
    both, each = (Pieces.learn(PAIRS, 3, share=share) for share in (True, False))
    assert both.source is both.target
    assert set("abx") <= set(both.source.characters)
    assert "x" not in each.source.characters


def test_a_batch_has_the_target_twice() -> None:
    numbered = NumberedPairs(Ragged.of([[1, 9], [1, 2, 9]]), Ragged.of([[3, 4, 9], [5, 9]]))
    batch = numbered.batch(np.array([0, 1]))
    assert batch.source.lengths.tolist() == [3, 2]
    assert batch.source.ids.T.tolist() == [[1, 2, 9], [1, 9, 9]]
    assert batch.source.active == [2, 2, 1]
    assert batch.inputs.T.tolist() == [[9, 5, 9], [9, 3, 4]]
    places = np.full(batch.inputs.size, -1)
    places[batch.rows] = batch.targets
    assert places.reshape(-1, 2).T.tolist() == [[5, 9, -1], [3, 4, 9]]
    places[...] = -1
    places[batch.rows_of_texts] = batch.targets
    assert places.reshape(2, -1).tolist() == [[5, 9, -1], [3, 4, 9]]
