from __future__ import annotations

from dataclasses import astuple

import numpy as np

from nlp.classification.quantization import pack, quantized, unpack
from tests.nlp.classification.texts import texts, trained


def test_weights_are_rounded_to_the_nearest_of_their_row() -> None:
    rows = np.array([[127, -63.4], [1, 0.26], [0, 0], [1e-30, 3e-30]], np.float32)
    packed = pack(rows, np.array([3, 4, 700, 10_000_000], np.int32))
    assert packed.codes.dtype == packed.exponents.dtype == np.int8
    table, buckets = unpack(packed)
    assert buckets.tolist() == [3, 4, 700, 10_000_000]
    assert table[0].tolist() == [0, 0]
    assert table[1].tolist() == [127, -63]
    steps = np.abs(rows).max(axis=1, keepdims=True) / 127
    assert (np.abs(table[1:] - rows) <= steps).all()


def test_what_was_unpacked_is_packed_as_it_was() -> None:
    generator = np.random.default_rng(1)
    rows = generator.normal(0, 2.0 ** generator.integers(-30, 30, (500, 1)), (500, 3)).astype(np.float32)
    packed = pack(rows, np.cumsum(generator.integers(1, 2000, 500)).astype(np.int32))
    table, buckets = unpack(packed)
    for one, other in zip(astuple(packed), astuple(pack(table[1:], buckets.astype(np.int32))), strict=True):
        assert one.tobytes() == other.tobytes()


def test_the_longest_rows_are_kept() -> None:
    table = np.array([[0], [1], [9], [2], [8], [3], [7], [4], [5], [6], [0.5]], np.float32)
    kept, buckets = quantized(table, np.arange(20, 10, -1, dtype=np.int32))
    assert buckets.tolist() == [15, 17, 19]
    assert kept.ravel().tolist() == [0, 7, 8, 9]


def test_a_small_classifier_finds_what_the_large_one_does() -> None:
    large, small, again = (
        trained(workers, quantize=quantize, epochs=20, dim=0)
        for workers, quantize in ((1, False), (1, True), (2, True))
    )
    assert len(small.used) < len(large.used) / 3
    some = [one.text for one in texts()]
    found = [model.probabilities(some).argmax(axis=1).tolist() for model in (large, small)]
    assert found[0] == found[1]
    assert small.weights.table.tobytes() == again.weights.table.tobytes()
