"""Groups of near duplicates, against sets of strings that are compared one with another."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.documents.config import Sameness
from nlp.documents.equal_texts import EqualTexts, Place, plain_forms
from nlp.documents.near_texts import NearTexts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def shingles(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(max(len(text) - size + 1, 1))}


def alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def groups_by_hand(texts: Sequence[str], threshold: float, size: int) -> list[int]:
    """The group of each text, which is compared with every kept one before it."""
    kept: dict[int, set[str]] = {}
    of_forms: dict[str, int] = {}
    found = []
    for number, form in enumerate(plain_forms(texts), 1):
        own = shingles(form, size)
        near = (one for one, other in kept.items() if alike(own, other) >= threshold)
        if form not in of_forms:
            of_forms[form] = next(near, number)
        if of_forms[form] == number:
            kept[number] = own
        found.append(of_forms[form])
    return found


def changed_lines(count: int) -> list[str]:
    """Lines of random words, and copies of them in which a word or two are others."""
    generator = random.Random(1)  # noqa: S311
    words = [
        "".join(generator.choices("abcdefgh北京大学人民", k=generator.randint(2, 7))) for _ in range(300)
    ]
    lines: list[str] = []
    for _ in range(count):
        line = generator.choice(lines).split() if lines and generator.random() < 0.5 else []
        line = line or generator.choices(words, k=generator.randint(8, 25))
        for _ in range(generator.randint(0, 2)):
            line[generator.randrange(len(line))] = generator.choice(words)
        lines.append(" ".join(line))
    return lines


@pytest.mark.parametrize(("threshold", "size"), [(0.5, 3), (0.8, 5), (0.95, 9)])
def test_the_groups_are_those_of_comparing_all_texts(tmp_path: Path, threshold: float, size: int) -> None:
    lines = changed_lines(400)
    found = NearTexts(Sameness(threshold, size), tmp_path).places(lines)
    assert [place.first for place in found] == groups_by_hand(lines, threshold, size)
    for line, place in zip(lines, found, strict=True):
        one, other = shingles(line, size), shingles(lines[place.first - 1], size)
        assert place.similarity == pytest.approx(alike(one, other))


def test_how_many_come_at_a_time_changes_nothing(tmp_path: Path) -> None:
    lines = [*changed_lines(300), "", " ", *changed_lines(20)]
    whole = NearTexts(Sameness(), tmp_path).places(lines)
    one_by_one = NearTexts(Sameness(), tmp_path)
    assert [place for line in lines for place in one_by_one.places([line])] == whole
    by_seven = NearTexts(Sameness(), tmp_path)
    parts = [lines[start : start + 7] for start in range(0, len(lines), 7)]
    assert [place for part in parts for place in by_seven.places(part)] == whole


def test_lines_of_one_template_are_found_whatever_comes_at_a_time(tmp_path: Path) -> None:
    """Far more of them share a band than a band remembers."""
    lines = [
        f"{number:07} was logged in from the north gate as user {number * 7919:09}" for number in range(600)
    ]
    lines += [f"{line}!" for line in lines[::3]]
    whole = NearTexts(Sameness(0.9), tmp_path).places(lines)
    by_ten = NearTexts(Sameness(0.9), tmp_path)
    parts = [lines[start : start + 10] for start in range(0, len(lines), 10)]
    assert [place for part in parts for place in by_ten.places(part)] == whole
    found = [place.first for place in whole[600:]]
    right = sum(first == number for first, number in zip(found, range(1, 600, 3), strict=True))
    assert right >= 0.97 * len(found)


def test_equal_texts_are_equal_but_for_spaces_case_and_characters() -> None:
    texts = ["Ａ b", " a  B\t", "a\u200b b", "a c", "", " ", "a\nb", "\ufeffa c"]
    assert [place.first for place in EqualTexts().places(texts)] == [1, 1, 1, 4, 5, 5, 1, 4]
    assert EqualTexts().places([]) == []


def test_one_equal_to_a_near_duplicate_is_in_its_group(tmp_path: Path) -> None:
    near = NearTexts(Sameness(0.5, 2), tmp_path)
    assert near.places(["abcdefghi", "abcdefghz"]) == [Place(1, 1.0), Place(1, 7 / 9)]
    assert near.places(["ABCDEFGHZ"]) == [Place(1, 7 / 9)]


@given(texts=st.lists(st.text("ab ", max_size=12), max_size=12), size=st.integers(1, 4))
def test_no_text_is_dropped_that_is_less_similar(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], size: int
) -> None:
    forms = plain_forms(texts)
    for number, place in enumerate(
        NearTexts(Sameness(0.6, size), tmp_path_factory.getbasetemp()).places(texts)
    ):
        one, other = shingles(forms[number], size), shingles(forms[place.first - 1], size)
        assert place.first <= number + 1
        assert alike(one, other) >= 0.6
