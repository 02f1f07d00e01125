"""A mixture as a predictor: what the contract of predictors does not say of it."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.decoding.mixed_predictor import MixedPredictor
from nlp.decoding.scoring import LineReader
from tests.nlp.decoding.bigram import random_bigrams
from tests.nlp.decoding.predictor_cases import CASES, of_ngrams


def test_it_says_what_scoring_a_mixture_says() -> None:
    """Each model knows tokens that the other lacks; all in the text are known to the first."""
    models, weights = [random_bigrams(0, "abcd"), random_bigrams(1, "cdefg")], [0.3, 0.7]
    predictor = MixedPredictor(models, weights)
    numbers = predictor.vocabulary.numbers("abcddcba\n")
    (read,) = LineReader(models).read(["abcddcba"])
    found = predictor.score(
        predictor.start(1), np.array([0, *numbers[:-1]], np.int32), np.array(numbers, np.int32)
    )
    np.testing.assert_allclose(found, read.log_probabilities(weights))


def test_a_weight_of_nothing_changes_nothing() -> None:
    alone = of_ngrams(2)
    predictor = MixedPredictor([alone, random_bigrams(0, "xyz")], [1.0, 0.0])
    ids = np.array([3, 4], np.int32)
    found, expected = (one.advance(one.start(2), ids) for one in (predictor, alone))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(("other", "expected"), [("4-grams", True), ("gru", False)])
def test_it_is_cut_freely_where_all_are(other: str, expected: bool) -> None:
    assert MixedPredictor([of_ngrams(2), CASES[other]()], [0.5, 0.5]).is_cut_freely is expected
