"""What is spelt in bytes is copied from where the decoder looks."""

from __future__ import annotations

import numpy as np

from nlp.text.byte_pairs import BYTES
from nlp.translation.copying import copied, has_bytes

A, B = BYTES, BYTES + 1


def test_a_run_of_bytes_is_the_one_that_is_looked_at_most() -> None:
    source, target = [A, 1, 2, B, 3, A], [B, 7, 8, 9, A, 7]
    weights = np.zeros((7, 7))
    weights[1:4, 4] = 1
    weights[5, 1] = 0.4
    weights[5, 4] = 0.3
    assert copied(source, target, weights) == [B, 3, A, 1, 2]


def test_what_is_not_there_is_not_copied() -> None:
    assert copied([A, B], [A, 7], np.zeros((3, 3))) == [A, 7]
    assert copied([A, 7], [A, B], np.zeros((3, 3))) == [A, B]
    assert [has_bytes(some) for some in ([A, 3], [A], [])] == [True, False, False]
