"""No stretch as long as told is copied, and no token is forbidden that would complete none."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decoding.beam import beam_search
from nlp.decoding.copying import CopyGuard
from nlp.decoding.generation import Continuation, Limits
from nlp.decoding.novelty import CopiedStretch
from nlp.decoding.sampling import Sampler, drawing
from nlp.decoding.settings import Sampling
from tests.nlp.decoding.bigram import random_bigrams

tokens = st.lists(st.integers(-1, 2), max_size=30)


@settings(max_examples=200)
@given(tokens, st.lists(st.integers(0, 2), max_size=6), st.integers(1, 5))
def test_it_forbids_what_would_complete_a_copy(
    training: list[int], generated: list[int], length: int
) -> None:
    stretches = [training[start : start + length] for start in range(len(training) - length + 1)]
    expected = [
        token
        for token in range(3)
        if len(generated) >= length - 1 and [*generated[len(generated) - length + 1 :], token] in stretches
    ]
    assert list(CopyGuard(np.array(training, np.int32), length)(generated)) == expected


@settings(max_examples=40)
@given(st.integers(0, 1000), st.integers(2, 6))
def test_what_is_drawn_or_found_copies_less(seed: int, length: int) -> None:
    predictor = random_bigrams(seed, "abcdef")
    training = np.random.default_rng(seed).integers(0, 8, 60).astype(np.int32)
    limits = Limits(12, (), forbidden=CopyGuard(training, length))
    text = Continuation(predictor, "a", limits, Sampler(Sampling(), drawing(seed)))
    "".join(text)
    for generated in [text.tokens, *(one.tokens for one in beam_search(predictor, "a", limits, 3))]:
        copied = CopiedStretch(generated)
        copied.read(training.tolist())
        assert copied.longest.end - copied.longest.start < length
