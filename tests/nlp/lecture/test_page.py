"""What every page keeps: two languages, shapes that are told, numbers that are left alone, places of code."""

from __future__ import annotations

from unicodedata import name as name_of

import numpy as np
import pytest

from nlp.lecture import TOPICS
from nlp.lecture.numbers import values_of
from nlp.lecture.page import place_of
from tests.conftest import ROOT


@pytest.mark.parametrize("name", TOPICS)
def test_a_page_is_told_in_both_languages(name: str) -> None:
    topic = TOPICS[name]
    told = [topic.title, topic.about, *(step.told for step in topic.page(values_of(topic)))]
    for text in told:
        assert is_chinese(text.zh)
        assert text.en
        assert not is_chinese(text.en) or name == "bidirectional"  # whose example is Chinese


def is_chinese(text: str) -> bool:
    return any("CJK" in name_of(character, "") for character in text)


@pytest.mark.parametrize("name", TOPICS)
def test_every_number_is_finite_and_the_example_stays_as_it_is(name: str) -> None:
    topic = TOPICS[name]
    values = values_of(topic)
    before = {key: value.copy() for key, value in values.items()}
    for step in topic.page(values):
        for array in step.values.values():
            assert array.dtype.kind == "U" or np.isfinite(array).all()
    assert all((values[key] == before[key]).all() for key in before)


@pytest.mark.parametrize("name", TOPICS)
def test_numbers_drawn_at_random_make_a_page_too(name: str) -> None:
    topic = TOPICS[name]
    drawn, usual = (topic.page(values_of(topic, seed=seed)) for seed in (3, None))
    assert len(drawn) + (name == "cbow") == len(
        usual
    )  # the slide's misprint is told of the slide's numbers alone


@pytest.mark.parametrize("name", TOPICS)
def test_each_step_names_the_line_where_its_code_begins(name: str) -> None:
    topic = TOPICS[name]
    for step in topic.page(values_of(topic)):
        path, _, line = step.place.rpartition(":")
        source = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert source.startswith((f"def {step.code.__name__}(", f"class {step.code.__name__}"))


def test_the_place_of_a_function() -> None:
    assert place_of(place_of).startswith("nlp/lecture/page.py:")


def test_every_letter_of_a_limit_is_an_axis() -> None:
    for topic in TOPICS.values():
        letters = set(" ".join(topic.shapes.values()).split())
        assert set(topic.shapes) == set(topic.example)
        assert {limit for limit in topic.below.values() if isinstance(limit, str)} <= letters
