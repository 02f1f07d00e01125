"""Sets of shingles, their signatures, and the table of bands."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.documents.band_table import OF_A_KEY, BandTable
from nlp.documents.minhash import FOUND, FUNCTIONS, Bands
from nlp.documents.shingles import CHARACTERS, ShingleSets, jaccard, shingle_sets


def sets_of(*sets: np.ndarray) -> ShingleSets:
    bounds = np.cumsum([0, *map(len, sets)])
    return ShingleSets(np.concatenate([np.sort(one) for one in sets]).astype(np.uint32), bounds)


def test_shingles_are_told_apart_and_nothing_reaches_across_texts() -> None:
    texts = ["abcabc", "cab", "ab", "ab", "b"]
    (sets,) = shingle_sets(texts, 3)
    alone = [next(iter(shingle_sets([text], 3)))[0].tolist() for text in texts]
    assert [sets[number].tolist() for number in range(len(sets))] == alone
    assert [len(one) for one in alone] == [3, 1, 1, 1, 1]  # abc bca cab; cab; ab; ab; b
    assert set(alone[1]) < set(alone[0])
    assert alone[2] == alone[3] != alone[4]


def test_a_long_text_is_hashed_in_pieces_to_the_same_set() -> None:
    generator = np.random.default_rng(1)
    text = "".join(map(chr, generator.integers(0x61, 0x7B, 2 * CHARACTERS + 5)))
    (sets,) = shingle_sets([text], 4)
    parts = [text[at : at + 1003] for at in range(0, len(text) - 3, 1000)]
    expected = np.unique(np.concatenate([some.hashes for some in shingle_sets(parts, 4)]))
    np.testing.assert_array_equal(sets.hashes, expected)
    assert len(list(shingle_sets([text, "ab", "ab"], 4))) == 2


@pytest.mark.parametrize("similarity", [0.2, 0.5, 0.8])
def test_signatures_are_alike_as_the_sets_are(similarity: float) -> None:
    """The share of equal places is an estimate of J with the variance J (1 - J) / 128, of 100 pairs here."""
    generator = np.random.default_rng(1)
    size = 120
    common = round(2 * size * similarity / (1 + similarity))
    shares = []
    for _ in range(100):
        numbers = generator.choice(2**32, 2 * size - common, replace=False)
        sets = sets_of(numbers[:size], numbers[size - common :])
        assert jaccard(sets[0], sets[1]) == pytest.approx(similarity, abs=0.01)
        one, other = Bands(1, FUNCTIONS).signatures(sets)
        shares.append(float(np.mean(one == other)))
    assert np.mean(shares) == pytest.approx(similarity, abs=0.015)
    assert np.std(shares) == pytest.approx(np.sqrt(similarity * (1 - similarity) / FUNCTIONS), rel=0.3)


@pytest.mark.parametrize(
    ("threshold", "bands"), [(0.8, Bands(21, 6)), (0.9, Bands(12, 10)), (0.01, Bands(128, 1))]
)
def test_bands_are_as_long_as_they_may_be(threshold: float, bands: Bands) -> None:
    assert Bands.for_similarity(threshold) == bands
    longer = Bands(FUNCTIONS // (bands.rows + 1), bands.rows + 1)
    assert longer.probability(threshold) < FOUND


def test_keys_are_equal_where_bands_are() -> None:
    signatures = np.arange(24, dtype=np.uint32).reshape(2, 12)
    signatures[1, 3:6] = signatures[0, 3:6]
    keys = Bands(4, 3).keys(signatures)
    assert (keys[0] == keys[1]).tolist() == [False, True, False, False]
    repeated = Bands(4, 3).keys(np.ones((1, 12), np.uint32))
    assert len(set(repeated[0].tolist())) == 4  # equal numbers in two bands are no match


def test_the_table_finds_what_was_put_in_and_remembers_so_many_of_a_key() -> None:
    generator = np.random.default_rng(1)
    table, there = BandTable(), dict[int, list[int]]()
    for start in range(0, 20_000, 1000):
        keys = generator.integers(0, 6000, 1000).astype(np.uint32) * np.uint32(2_654_435_761)
        numbers = np.arange(start, start + 1000)
        table.add(keys, numbers)
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
            if len(there.setdefault(key, [])) < OF_A_KEY:
                there[key].append(number)
    asked = np.array([*there, 0xFFFF_FFFF, 1], np.uint32)
    hits = table.find(asked)
    found: dict[int, list[int]] = {}
    for key, number in zip(asked[hits.asked].tolist(), hits.numbers.tolist(), strict=True):
        found.setdefault(key, []).append(number)
    assert {key: sorted(numbers) for key, numbers in found.items()} == there
    assert table.nbytes == 8 << 16
    assert len(BandTable().find(asked[:0]).numbers) == 0
