from __future__ import annotations

import numpy as np

from tests.nlp.classification.texts import texts, trained


def test_a_text_of_no_known_feature_is_answered_by_the_bias() -> None:
    model = trained()
    empty, unknown = model.probabilities(["", "zzz qqq"])
    assert np.isfinite(unknown).all()
    assert empty.argmax() == unknown.argmax()


def test_many_texts_are_answered_as_each_alone() -> None:
    model, some = trained(), [one.text for one in texts(10)]
    whole = model.probabilities(some)
    assert np.allclose(model.probabilities(some, at_once=20), whole, atol=1e-6)
    assert np.allclose(np.concatenate([model.probabilities([one]) for one in some]), whole, atol=1e-6)
    assert model.probabilities([]).shape == (0, 3)
