"""The numbers of a page: the lecture's, a user's, or drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlp.errors import InputError
from nlp.lecture import TOPICS
from nlp.lecture.numbers import values_of


def test_the_example_is_what_a_page_is_computed_from() -> None:
    values = values_of(TOPICS["cbow"])
    assert values["W"].tolist() == TOPICS["cbow"].example["W"]
    assert values["words"].tolist() == ["the", "woman", "loves", "her", "daughter"]
    assert values["center"].dtype == np.int64


def test_given_numbers_take_the_place_of_the_example_in_any_sizes_that_fit() -> None:
    given = {"words": ["a", "b"], "W": [[1, 2]], "W'": [[1], [2.5]], "center": 0}
    values = values_of(TOPICS["cbow"], given)
    assert {name: value.tolist() for name, value in values.items()} == {
        **given,
        "W": [[1.0, 2.0]],
        "W'": [[1.0], [2.5]],
    }


def test_a_seed_draws_what_is_not_given() -> None:
    topic = TOPICS["rnn"]
    first, again, other = (values_of(topic, {"b": [1, 2]}, seed) for seed in (1, 1, 2))
    assert first["b"].tolist() == [1.0, 2.0]
    assert first["targets"].tolist() == topic.example["targets"]
    assert (first["W"] == again["W"]).all()
    assert (first["W"] != other["W"]).any()
    assert (first["W"] == first["W"].round(1)).all()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"V": 1}, "'V' is no number of this page; it has words, W, W', center"),
        ({"W": [[1, 2], [3]]}, "W: its rows are of several lengths"),
        ({"W": [1, 2]}, "W has 1 axes, not 2"),
        ({"W": "abc"}, "W has to be numbers in a list of rows, not 'abc'"),
        ({"W": []}, "W has to be numbers in a list of rows, not '[]'"),
        ({"W": [[True]]}, "W has to be numbers in a list of rows, not '[[True]]'"),
        ({"words": [1, 2]}, "words has to be a list of words"),
        ({"center": 1.5}, "center has to be whole numbers"),
        ({"center": 5}, "center has to be from 0 to 4"),
        ({"center": -1}, "center has to be from 0 to 4"),
        ({"words": ["a", "b"]}, "W is 3 × 5 (D × V): V is 5 here, but 2 in words"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        values_of(TOPICS["cbow"], given)
    assert str(refused.value) == told
